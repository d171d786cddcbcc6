"""Shortcuts and modals, judged by Bolt and the official client."""

from __future__ import annotations

from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from playground.slack.models import View
from tests.playground.slack.an_app import OFFERS, app, hearing
from tests.playground.slack.conftest import ADA, CAMILLE, DM, GENERAL, TEAM, MakeWorld, World


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def option(value: str) -> dict[str, Any]:
    return {"text": plain(value.title()), "value": value}


def field(block_id: str, kind: str, **more: Any) -> dict[str, Any]:
    optional = {"optional": True} if more.pop("optional", False) else {}
    element = {"type": kind, "action_id": f"{block_id}-it", **more}
    return {"type": "input", "block_id": block_id, "label": plain(block_id), "element": element, **optional}


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    shown = list(blocks) or [field("words", "plain_text_input")]
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("Form"),
        "submit": plain("Go"),
        "blocks": shown,
    } | more


OPTIONS = [option("red"), option("green"), option("blue")]
EVERY_ELEMENT: list[tuple[dict[str, Any], Any, dict[str, Any]]] = [
    (field("text", "plain_text_input"), "hi", {"type": "plain_text_input", "value": "hi"}),
    (field("count", "number_input", is_decimal_allowed=False), 3, {"type": "number_input", "value": "3"}),
    (
        field("one", "static_select", options=OPTIONS),
        "green",
        {"type": "static_select", "selected_option": option("green")},
    ),
    (
        field("some", "multi_static_select", options=OPTIONS),
        ["red", "blue"],
        {"type": "multi_static_select", "selected_options": [option("red"), option("blue")]},
    ),
    (
        field("radio", "radio_buttons", options=OPTIONS),
        "red",
        {"type": "radio_buttons", "selected_option": option("red")},
    ),
    (
        field("boxes", "checkboxes", options=OPTIONS, initial_options=[option("red")]),
        ["blue"],
        {"type": "checkboxes", "selected_options": [option("blue")]},
    ),
    (field("who", "users_select"), CAMILLE, {"type": "users_select", "selected_user": CAMILLE}),
    (field("whom", "multi_users_select"), [ADA], {"type": "multi_users_select", "selected_users": [ADA]}),
    (
        field("where", "conversations_select"),
        GENERAL,
        {"type": "conversations_select", "selected_conversation": GENERAL},
    ),
    (field("day", "datepicker"), "2026-11-27", {"type": "datepicker", "selected_date": "2026-11-27"}),
    (field("hour", "timepicker"), "14:02", {"type": "timepicker", "selected_time": "14:02"}),
    (field("moment", "datetimepicker"), 1790000040, {"type": "datetimepicker", "selected_date_time": 1790000040}),
    (field("maybe", "plain_text_input", optional=True), None, {"type": "plain_text_input", "value": None}),
]


async def opened(world: World, view: dict[str, Any], *, user: str = ADA) -> View:
    """`user` has `view` open."""
    await world.slack.views_open(trigger_id=world.standin.triggers.issue(user), view=view)
    return world.standin.modals.of(user)[-1]


async def submit(world: World, view: View, **values: Any) -> dict[str, Any]:
    return await world.post("submit", user=view.user, view_id=view.id, values=values)


@pytest.mark.parametrize("kind", ["http", "socket"])
async def test_a_message_shortcut_opens_a_form_that_is_sent(make_world: MakeWorld, kind: str) -> None:
    world = await make_world(kind=kind, **OFFERS)
    bolt, heard = app(world), list[dict[str, Any]]()

    @bolt.shortcut("branch")
    async def branch(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, respond: AsyncRespond) -> None:
        await ack()
        heard.append(body)
        view = modal(*(each for each, _, _ in EVERY_ELEMENT), private_metadata="run-17")
        await client.views_open(trigger_id=body["trigger_id"], view=view)
        await respond("on its way")

    @bolt.view("form")
    async def form(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        heard.append(body)

    async with hearing(world, bolt):
        root = await world.say("the root")
        reply = await world.say("a reply", thread_ts=root)
        done = await world.post("shortcut", user=ADA, callback_id="branch", channel=GENERAL, message_ts=reply)
        [view] = world.standin.modals.of(ADA)
        sent = await submit(world, view, **{block["block_id"]: value for block, value, _ in EVERY_ELEMENT})

    action, submission = heard
    assert (done["delivered"], sent["delivered"], world.standin.modals.of(ADA)) == (True, True, [])
    assert action["type"] == "message_action"
    assert (action["message"]["text"], action["message"]["thread_ts"], action["message_ts"]) == ("a reply", root, reply)
    assert (action["channel"], action["user"]["id"], action["team"]) == (
        {"id": GENERAL, "name": "general"},
        ADA,
        {"id": TEAM, "domain": "playground"},
    )
    assert {"callback_id", "trigger_id", "response_url", "action_ts", "api_app_id"} <= action.keys()
    [whisper] = world.standin.workspace.whispers
    assert (whisper.text, whisper.thread_ts) == ("on its way", None)  # a shortcut's response_url is not in the thread
    told = submission["view"]
    assert (submission["type"], submission["response_urls"], told["callback_id"], told["private_metadata"]) == (
        *("view_submission", [], "form", "run-17"),
    )
    assert told["state"]["values"] == {
        block["block_id"]: {f"{block['block_id']}-it": entry} for block, _, entry in EVERY_ELEMENT
    }
    assert {"id", "hash", "team_id", "root_view_id", "previous_view_id", "app_id", "bot_id"} <= told.keys()


@pytest.mark.parametrize("switch", [False, True])
async def test_a_shortcuts_message_carries_its_metadata_only_by_a_switch(make_world: MakeWorld, switch: bool) -> None:
    world = await make_world(shortcut_metadata=switch, **OFFERS)
    bolt, heard = app(world), list[dict[str, Any]]()

    @bolt.shortcut("branch")
    async def branch(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        heard.append(body)

    posted = await world.slack.chat_postMessage(
        channel=GENERAL, text="mine", metadata={"event_type": "turn", "event_payload": {"n": 1}}
    )
    async with hearing(world, bolt):
        await world.post("shortcut", user=ADA, callback_id="branch", channel=GENERAL, message_ts=posted["ts"])

    assert ("metadata" in heard[0]["message"]) is switch


async def test_a_global_shortcut_has_neither_channel_nor_response_url(make_world: MakeWorld) -> None:
    world = await make_world(**OFFERS)
    bolt, heard = app(world), list[dict[str, Any]]()

    @bolt.global_shortcut("ask")
    async def ask(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        heard.append(body)

    async with hearing(world, bolt):
        await world.post("shortcut", user=ADA, callback_id="ask")
    unknown = await world.post("shortcut", user=ADA, callback_id="branch")  # it needs a message

    [body] = heard
    assert (body["type"], body["callback_id"]) == ("shortcut", "ask")
    assert not {"channel", "response_url", "message"} & body.keys()
    assert unknown["error"] == "shortcut_not_found"


async def test_an_app_answers_a_form_with_errors_more_views_and_an_end(make_world: MakeWorld) -> None:
    world = await make_world(**OFFERS)
    bolt = app(world)

    @bolt.view("form")
    async def form(ack: AsyncAck, body: dict[str, Any]) -> None:
        said = body["view"]["state"]["values"]["words"]["words-it"]["value"]
        if said == "wrong":
            await ack(response_action="errors", errors={"words": "Not that."})
        elif said == "clear":
            await ack(response_action="clear")
        elif said == "nonsense":
            await ack(response_action="errors", errors={"elsewhere": "no such block"})
        else:
            await ack(response_action=said, view=modal(title=plain(said)))

    async with hearing(world, bolt):
        view = await opened(world, modal())
        wrong = await submit(world, view, words="wrong")
        nonsense = await submit(world, view, words="nonsense")
        missing = await submit(world, view, words="")
        titles = []
        for said in ("update", "push", "push"):
            await submit(world, world.standin.modals.of(ADA)[-1], words=said)
            titles.append([each.definition["title"]["text"] for each in world.standin.modals.of(ADA)])
        stack = world.standin.modals.of(ADA)
        over = await submit(world, stack[-1], words="push")
        await submit(world, stack[-1], words="clear")

    assert wrong["errors"] == {"words": "Not that."}
    assert nonsense["trouble"] == "We had some trouble connecting. Try again?"
    assert (missing["delivered"], missing["errors"]) == (False, {"words": "Please complete this required field."})
    assert titles == [["update"], ["update", "push"], ["update", "push", "push"]]
    assert (stack[2].root_id, stack[2].previous_id) == (stack[0].id, stack[1].id)
    assert over["why"] == ["push_limit_reached"]
    assert world.standin.modals.of(ADA) == []


async def test_a_form_nobody_hears_stays_open(make_world: MakeWorld) -> None:
    world = await make_world(**OFFERS)
    view = await opened(world, modal())

    sent = await submit(world, view, words="hello")

    assert (sent["delivered"], sent["trouble"]) == (False, "We had some trouble connecting. Try again?")
    assert world.standin.modals.of(ADA) == [view]
    assert view.values["words"]["words-it"]["value"] == "hello"


async def test_elements_outside_of_inputs_tell_the_app_at_once(make_world: MakeWorld) -> None:
    world = await make_world(**OFFERS)
    bolt, heard = app(world), list[dict[str, Any]]()

    @bolt.action("pick")
    async def pick(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        heard.append(body)
        await client.views_push(trigger_id=body["trigger_id"], view=modal(title=plain("Pushed")))

    select = {"type": "static_select", "action_id": "pick", "options": OPTIONS}
    blocks = [{"type": "actions", "block_id": "row", "elements": [select]}, field("words", "plain_text_input")]
    async with hearing(world, bolt):
        view = await opened(world, modal(*blocks))
        await world.post(
            "use", user=ADA, view_id=view.id, action_id="pick", value="blue", values={"words": "half a sen"}
        )

    [body] = heard
    assert (body["type"], body["container"]) == ("block_actions", {"type": "view", "view_id": view.id})
    assert not {"response_url", "channel", "message"} & body.keys()
    assert (body["actions"][0]["selected_option"], body["actions"][0]["block_id"]) == (option("blue"), "row")
    values = body["view"]["state"]["values"]
    assert (values["words"]["words-it"]["value"], values["row"]["pick"]["selected_option"]["value"]) == (
        "half a sen",
        "blue",
    )
    assert [each.definition["title"]["text"] for each in world.standin.modals.of(ADA)] == ["Form", "Pushed"]


async def test_elements_of_messages_tell_what_stands_in_the_others(make_world: MakeWorld) -> None:
    world = await make_world(**OFFERS)
    bolt, heard = app(world), list[dict[str, Any]]()

    @bolt.action("go")
    async def go(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        heard.append(body)

    day = {"type": "datepicker", "action_id": "day", "initial_date": "2026-11-27"}
    button = {"type": "button", "action_id": "go", "text": plain("Go"), "value": "7"}
    row = {"type": "actions", "block_id": "row", "elements": [day, button]}
    posted = await world.slack.chat_postMessage(
        channel=GENERAL, text="when?", blocks=[row, field("why", "plain_text_input")]
    )
    async with hearing(world, bolt):
        where = {"user": ADA, "channel": GENERAL, "message_ts": posted["ts"]}
        await world.post("click", action_id="go", values={"why": "because", "day": "2026-12-01"}, **where)
        refused = await world.post("click", action_id="day", values={"nothing": 1}, **where)

    [body] = heard
    assert (body["actions"][0]["value"], body["state"]["values"]) == (
        "7",
        {
            "row": {"day": {"type": "datepicker", "selected_date": "2026-12-01"}},
            "why": {"why-it": {"type": "plain_text_input", "value": "because"}},
        },
    )
    assert refused["error"] == "not_offered"


async def test_leaving_a_form_is_told_where_the_app_asked_for_it(make_world: MakeWorld) -> None:
    world = await make_world(**OFFERS)
    bolt, heard = app(world), list[tuple[str, bool]]()

    @bolt.view_closed("form")
    async def closed(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        heard.append((body["view"]["title"]["text"], body["is_cleared"]))

    async with hearing(world, bolt):
        await opened(world, modal(title=plain("First"), notify_on_close=True))
        for title, clear in (("Second", False), ("Third", True)):
            view = modal(title=plain(title), notify_on_close=True, clear_on_close=clear)
            await world.slack.views_push(trigger_id=world.standin.triggers.issue(ADA), view=view)
        await world.post("close", user=ADA, view_id=world.standin.modals.of(ADA)[-1].id)
        await opened(world, modal())
        await world.post("close", user=ADA, view_id=world.standin.modals.of(ADA)[-1].id)

    assert heard == [("Third", True), ("Second", True), ("First", True)]
    assert world.standin.modals.of(ADA) == []


async def test_a_trigger_is_good_once_and_for_a_moment(make_world: MakeWorld) -> None:
    async def error(world: World, trigger_id: str) -> str:
        return str((await world.call("views.open", trigger_id=trigger_id, view=modal()))["error"])

    world = await make_world()
    used = world.standin.triggers.issue(ADA)
    await world.slack.views_open(trigger_id=used, view=modal())
    later = await make_world(trigger_life_seconds=0)

    assert await error(world, used) == "exchanged_trigger_id"
    assert await error(world, "1.2") == "invalid_trigger_id"
    assert await error(later, later.standin.triggers.issue(ADA)) == "expired_trigger_id"


async def test_views_are_updated_by_id_or_name_against_their_hash(world: World) -> None:
    view = await opened(world, modal(external_id="the-form"))
    before = view.hash
    await world.slack.views_update(external_id="the-form", hash=before, view=modal(title=plain("New")))

    assert (view.definition["title"]["text"], view.hash != before) == ("New", True)
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await world.slack.views_update(view_id=view.id, hash=before, view=modal())
    with pytest.raises(SlackApiError, match="not_found"):
        await world.slack.views_update(view_id="V404", view=modal())
    await world.slack.views_update(view_id=view.id, view=modal(external_id="the-form"))
    with pytest.raises(SlackApiError, match="duplicate_external_id"):
        await opened(world, modal(external_id="the-form"), user=CAMILLE)


async def test_a_push_needs_an_open_view_and_room(world: World) -> None:
    def push() -> Any:
        return world.slack.views_push(trigger_id=world.standin.triggers.issue(ADA), view=modal())

    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        await push()
    await opened(world, modal())
    await push()
    await push()
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        await push()


SECTION = {"type": "section", "text": plain("words")}
BAD_VIEWS: list[tuple[dict[str, Any], str]] = [
    (modal(type="home"), "must be one of: modal"),
    (modal(title=plain("t" * 25)), "must be less than 25 characters [json-pointer:/view/title]"),
    (modal(title=None), "must be a text object of type plain_text [json-pointer:/view/title]"),
    (modal(submit=None), "missing required field: submit"),
    (modal(close=plain("c" * 25)), "[json-pointer:/view/close]"),
    (modal(private_metadata="m" * 3001), "private_metadata must be less than 3001 characters"),
    (modal(callback_id="c" * 256), "callback_id must be less than 256 characters"),
    (modal(external_id="e" * 256), "external_id must be less than 256 characters"),
    (modal(*[SECTION] * 101), "no more than 100 items allowed"),
    (modal(blocks=None), "missing required field: blocks"),
    (modal({"type": "markdown", "text": "x"}), "unsupported type: markdown [json-pointer:/view/blocks/0]"),
    (modal(field("a", "overflow", options=OPTIONS)), "unsupported element in input: overflow"),
    (modal(field("a", "static_select", options=[])), "must provide options"),
    (modal(field("a", "radio_buttons", options=[option(f"o{n}") for n in range(11)])), "no more than 10 options"),
    (modal(field("a", "static_select", options=[option("v" * 151)])), "must be less than 76 characters"),
    (modal(field("a", "number_input")), "missing required field: is_decimal_allowed"),
    (modal(field("a", "static_select", options=OPTIONS, initial_option=option("no"))), "must be one of the options"),
    (modal(field("a", "datepicker"), field("a", "datepicker")), "`a` already exists"),
]


@pytest.mark.parametrize(("view", "reason"), BAD_VIEWS)
async def test_bad_views_are_refused_with_the_reason(world: World, view: dict[str, Any], reason: str) -> None:
    trigger = world.standin.triggers.issue(ADA)
    given = {name: value for name, value in view.items() if value is not None}

    answer = await world.call("views.open", trigger_id=trigger, view=given)

    assert answer["error"] == "invalid_arguments"
    assert reason in "\n".join(answer["response_metadata"]["messages"])
    assert (await world.call("views.open", trigger_id=trigger, view=modal()))["ok"]  # nothing was used up


async def test_a_view_of_more_than_250_kilobytes_is_too_large(world: World) -> None:
    heavy = [field(f"b{n}", "plain_text_input", initial_value="x" * 3000) for n in range(99)]

    answer = await world.call("views.open", trigger_id=world.standin.triggers.issue(ADA), view=modal(*heavy))

    assert answer["error"] == "view_too_large"


FILLED: list[tuple[dict[str, Any], Any, str]] = [
    (field("n", "number_input", is_decimal_allowed=False), "1.5", "Must be a whole number."),
    (field("n", "number_input", is_decimal_allowed=True, max_value="2"), "2.5", "Must be 2 or less."),
    (field("n", "number_input", is_decimal_allowed=True, min_value="2"), "one", "Must be a number."),
    (field("n", "plain_text_input", min_length=3), "ab", "This entry needs at least 3 characters."),
    (field("n", "plain_text_input", max_length=3), "abcd", "This entry can have at most 3 characters."),
    (field("n", "multi_static_select", options=OPTIONS, max_selected_items=1), ["red", "blue"], "up to 1 items"),
    (field("n", "users_select"), None, "Please complete this required field."),
]


@pytest.mark.parametrize(("block", "value", "words"), FILLED)
async def test_slack_itself_checks_a_form_before_it_is_sent(
    world: World, block: dict[str, Any], value: Any, words: str
) -> None:
    sent = await submit(world, await opened(world, modal(block)), n=value)

    assert sent["delivered"] is False
    assert words in sent["errors"]["n"]


async def test_what_was_typed_stays_when_the_app_changes_the_view(world: World) -> None:
    view = await opened(world, modal(field("a", "plain_text_input"), field("b", "plain_text_input")))
    await submit(world, view, a="kept")
    await world.slack.views_update(
        view_id=view.id, view=modal(field("a", "plain_text_input"), field("b", "datepicker", initial_date="2026-01-01"))
    )

    assert view.values == {
        "a": {"a-it": {"type": "plain_text_input", "value": "kept"}},
        "b": {"b-it": {"type": "datepicker", "selected_date": "2026-01-01"}},
    }


async def test_a_chosen_channel_brings_a_response_url_where_it_is_asked_for(make_world: MakeWorld) -> None:
    world = await make_world(**OFFERS)
    bolt, heard = app(world), list[dict[str, Any]]()

    @bolt.view("form")
    async def form(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        await ack()
        heard.extend(body["response_urls"])

    async with hearing(world, bolt):
        view = await opened(world, modal(field("where", "conversations_select", response_url_enabled=True)))
        await submit(world, view, where=DM)

    [url] = heard
    assert (url["block_id"], url["action_id"], url["channel_id"]) == ("where", "where-it", DM)
