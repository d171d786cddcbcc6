"""Webhooks: only admins, or tokens with the scope `admin`, make, see and remove them.

https://linear.app/developers/webhooks
"""

from __future__ import annotations

import secrets
from typing import Any

from playground.services.linear.errors import forbidden, invalid
from playground.services.linear.models import Team, Webhook
from playground.services.linear.store import View

KINDS = ("Issue", "Comment", "Project")  # of which this workspace sends something


def listed(view: View) -> list[Webhook]:
    _must_administer(view)
    return view.all(Webhook)


def get(view: View, webhook_id: str) -> Webhook:
    _must_administer(view)
    return view.need(Webhook, webhook_id)


def create(view: View, url: str, resource_types: list[str], *, base_url: str, **fields: Any) -> Webhook:
    """For one team or for all public ones. Where no secret is given, one is made."""
    _must_administer(view)
    view.must("write")
    fields = {name: value for name, value in fields.items() if value is not None}
    if not view.linear.reaches(url):
        raise invalid("url must be an address that can be reached from this machine")
    if not resource_types or not set(resource_types) <= set(KINDS):
        raise invalid(f"resourceTypes must be some of {', '.join(KINDS)}")
    if bool(fields.get("team_id")) == bool(fields.get("all_public_teams")):
        raise invalid("Give one of teamId and allPublicTeams")
    if fields.get("team_id"):
        view.need(Team, fields["team_id"])
    fields["secret"] = fields.get("secret") or f"lin_wh_{secrets.token_urlsafe(24)}"
    kinds = list(dict.fromkeys(resource_types))
    return view.linear.add(Webhook, url=url, resource_types=kinds, base_url=base_url, creator_id=view.user.id, **fields)


def delete(view: View, webhook: Webhook) -> None:
    _must_administer(view)
    view.must("write")
    view.linear.remove(webhook)


def _must_administer(view: View) -> None:
    if "admin" not in view.scopes and not view.user.admin:
        raise forbidden("You need to be a workspace admin, or have the admin scope, for webhooks")
