"""What people do with the app's things: elements of messages and modals, shortcuts, submitting and closing.

Each goes to the app once. What it answers to a submission is carried out here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playground.slack import answers, elements, modal_rules, payloads, sentences
from playground.slack.answers import Values
from playground.slack.models import Json, Message, Shortcut, View
from playground.slack.request_url import Heard
from playground.slack.web_api.errors import SlackError

if TYPE_CHECKING:
    from playground.slack.standin import Standin


class Interactions:
    def __init__(self, standin: Standin) -> None:
        self._standin = standin

    async def click(
        self,
        *,
        user: str,
        message: Message,
        action_id: str,
        block_id: str | None,
        value: Any,
        values: dict[str, Any],
    ) -> Heard:
        """Tell the app that `user` used an element of `message`; raises `action_not_found` when there is none."""
        block, element = _found(message.blocks, action_id, block_id)
        allowed = element.get("visible_to_user_ids")
        if allowed and user not in allowed:
            raise SlackError("action_not_found")
        held = answers.given(message.blocks, values, answers.initial(message.blocks))
        action = self._action(block, element, value, held)
        return await self._standin.delivery.interact(payloads.clicked(self._standin, user, message, action, held))

    async def use(
        self, view: View, *, action_id: str, block_id: str | None, value: Any, values: dict[str, Any]
    ) -> Heard:
        """The same in a modal, whose elements keep what they hold."""
        block, element = _found(view.definition["blocks"], action_id, block_id)
        held = answers.given(view.definition["blocks"], values, view.values)
        action = self._action(block, element, value, held)
        view.values = held
        return await self._standin.delivery.interact(payloads.used(self._standin, view, action))

    async def shortcut(self, user: str, shortcut: Shortcut, message: Message | None) -> Heard:
        standin = self._standin
        payload = (
            payloads.global_shortcut(standin, user, shortcut)
            if message is None
            else payloads.message_shortcut(standin, user, shortcut, message)
        )
        return await standin.delivery.interact(payload)

    async def submit(self, view: View, values: dict[str, Any]) -> Json:
        """Send the form. `errors` by block: it cannot be sent, or the app finds fault; `trouble`: it went wrong."""
        blocks = view.definition["blocks"]
        view.values = answers.given(blocks, values, view.values)
        locale = self._standin.workspace.people[view.user].locale
        wrong = answers.missing(blocks, view.values, locale=locale)
        if wrong:
            return {"delivered": False, "errors": wrong}
        heard = await self._standin.delivery.interact(payloads.submitted(self._standin, view))
        outcome: Json = {"delivered": heard.ok, "status": heard.status}
        if not heard.ok:
            return outcome | {"trouble": sentences.say("form.trouble", locale)}
        try:
            return outcome | self._follow(view, heard.answer or {})
        except SlackError as exc:
            why = [exc.code, *exc.extra.get("response_metadata", {}).get("messages", [])]
            return outcome | {"trouble": sentences.say("form.trouble", locale), "why": why}

    async def close(self, view: View) -> None:
        """The person leaves a view, or all of them with `clear_on_close`; the app hears where it asked to."""
        cleared = view.definition["clear_on_close"]
        for gone in self._standin.modals.close(view, all_of_them=cleared):
            if gone.definition["notify_on_close"]:
                await self._standin.delivery.interact(payloads.closed(self._standin, gone, cleared=cleared))

    def _follow(self, view: View, answer: Json) -> Json:
        open_ = self._standin.modals
        match answer.get("response_action"):
            case None:
                if answer:
                    raise SlackError("invalid_response_action")
                open_.close(view)
            case "clear":
                open_.close(view, all_of_them=True)
            case "update":
                open_.update(view, modal_rules.checked(answer.get("view")))
            case "push":
                open_.push(view.user, modal_rules.checked(answer.get("view")))
            case "errors":
                return {"errors": _named(view, answer.get("errors"))}
            case _:
                raise SlackError("invalid_response_action")
        return {}

    def _action(self, block: Json, element: Json, value: Any, held: Values) -> Json:
        kind = element["type"]
        block_id, action_id = block.get("block_id", ""), element["action_id"]
        action: Json = {"type": kind, "action_id": action_id, "block_id": block_id}
        if kind in elements.PRESSED:
            action |= _pressed(element, value)
        else:
            entry = answers.entry(element, value)
            if action_id in held.get(block_id, {}):
                held[block_id][action_id] = entry
            action |= entry
            if "placeholder" in element:
                action["placeholder"] = element["placeholder"]
        return action | {"action_ts": self._standin.ids.ts()}


def _found(blocks: list[Json], action_id: str, block_id: str | None) -> tuple[Json, Json]:
    for block, element in elements.of(blocks):
        if element.get("action_id") == action_id and block_id in (None, block.get("block_id")):
            return block, element
    raise SlackError("action_not_found")


def _pressed(element: Json, value: Any) -> Json:
    if element["type"] == "feedback_buttons":
        for side in (element["positive_button"], element["negative_button"]):
            if side.get("value") == value:
                return {"value": value, "text": side["text"]}
        raise SlackError("action_not_found")
    # A person cannot make a button say something else.
    return {name: element[name] for name in ("value", "text") if name in element}


def _named(view: View, errors: object) -> dict[str, str]:
    """The app's words by block; Slack takes them for input blocks of this view only."""
    inputs = {block["block_id"] for block in view.definition["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not errors.keys() <= inputs:
        raise SlackError("invalid_errors", f"errors must name input blocks of the view: {', '.join(sorted(inputs))}")
    return {str(block): str(words) for block, words in errors.items()}
