"""A person's browser that agrees to everything: it opens a sign-in's link and comes back with what a callback gets."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx2

from tests.conformance.desk import Failed

CALLBACK = "http://localhost:3000/callback"  # nobody listens there: the suite's server only redirects to it
SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Callback:
    state: str
    code: str
    iss: str | None


async def visit(link: str) -> Callback:
    """Open the link, once, and read where it leads to."""
    async with httpx2.AsyncClient(trust_env=False, timeout=SECONDS) as http:
        response = await http.get(link, follow_redirects=False)
    leads_to = response.headers.get("location", "")
    if response.status_code != 302 or not leads_to.startswith(f"{CALLBACK}?"):
        raise Failed(f"the link of the sign-in does not lead back to us (HTTP {response.status_code})")
    said = {name: values[0] for name, values in parse_qs(urlsplit(leads_to).query).items()}
    if "error" in said:
        raise Failed(f"the sign-in was refused: {said['error']}")
    return Callback(said["state"], said["code"], said.get("iss"))
