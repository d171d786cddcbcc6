"""The few pages of ours that a person sees in a browser: plain HTML, without a script. No I/O."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from html import escape

from starlette.responses import HTMLResponse

from bot.texts import Words

STYLE = (
    "body{font:1.125rem/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem;color:#1d2333;"
    "background:#fff}button{font:inherit;padding:.6rem 1.2rem;border:0;border-radius:.4rem;background:#1f2a44;"
    "color:#fff}button:focus-visible{outline:3px solid #7a5cff;outline-offset:2px}"
    "dt{font-weight:600}dd{margin:0 0 .8rem}"
)
STYLE_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()


def page(
    words: Words,
    title: str,
    lines: Sequence[str],
    *,
    facts: Sequence[tuple[str, str]] = (),
    button: str = "",
    leads_to: str = "",
    status: int = 200,
) -> HTMLResponse:
    """`facts` are names with what they say; `button` sends the page's only form, which `leads_to` another origin."""
    body = "".join(f"<p>{escape(line)}</p>" for line in lines)
    if facts:
        body += f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{escape(said)}</dd>' for name, said in facts)}</dl>"
    if button:
        body += f'<form method="post"><button>{escape(button)}</button></form>'
    html = (
        f'<!doctype html><html lang="{words.locale}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )
    return HTMLResponse(html, status, headers=_headers(leads_to))


def _headers(leads_to: str) -> dict[str, str]:
    # Browsers hold a form's redirect against form-action, too.
    form = f"'self' {leads_to}".strip() if leads_to else "'none'"
    policy = f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; form-action {form}; frame-ancestors 'none'"
    return {
        "Content-Security-Policy": f"{policy}; base-uri 'none'",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
