"""views.open, push, update. App Home has no tab here, so views.publish is no method of this workspace."""

from __future__ import annotations

from playground.slack import modal_rules, modals
from playground.slack.arguments import Arguments
from playground.slack.models import Json, View
from playground.slack.standin import Standin
from playground.slack.web_api.errors import SlackError


def open_(standin: Standin, args: Arguments) -> Json:
    definition = modal_rules.checked(args.get("view"))
    user = standin.triggers.exchange(args.required("trigger_id"))
    return _shown(standin.modals.open(user, definition))


def push(standin: Standin, args: Arguments) -> Json:
    definition = modal_rules.checked(args.get("view"))
    user = standin.triggers.exchange(args.required("trigger_id"))
    return _shown(standin.modals.push(user, definition))


def update(standin: Standin, args: Arguments) -> Json:
    view_id, external_id = args.text("view_id"), args.text("external_id")
    if bool(view_id) == bool(external_id):
        raise SlackError("invalid_arguments", "give view_id or external_id")
    view = standin.modals.find(view_id) if view_id else standin.modals.named(external_id)
    standin.modals.update(view, modal_rules.checked(args.get("view")), of_hash=args.text("hash"))
    return _shown(view)


def _shown(view: View) -> Json:
    return {"view": modals.wire(view)}
