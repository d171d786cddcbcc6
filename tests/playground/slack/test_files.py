"""Files, from the app and from people."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from tests.playground.slack.conftest import ADA, BOT, DM, GENERAL, RANDOM, MakeWorld, World


async def test_the_sdks_upload_ends_in_the_thread(world: World) -> None:
    root = await world.say("send me the report")

    await world.slack.files_upload_v2(
        channel=GENERAL,
        thread_ts=root,
        content="a,b\n1,2",
        filename="report.csv",
        title="Report",
        initial_comment="Here",
    )

    message = (await world.slack.conversations_replies(channel=GENERAL, ts=root))["messages"][-1]
    [file] = message["files"]
    assert (message["subtype"], message["text"], message["user"]) == ("file_share", "Here", BOT)
    assert (file["name"], file["title"], file["size"], file["mimetype"]) == ("report.csv", "Report", 7, "text/csv")
    shares = (await world.slack.files_info(file=file["id"]))["file"]["shares"]
    assert shares["public"][GENERAL][0] == {
        "ts": message["ts"],
        "thread_ts": root,
        "reply_count": 0,
        "channel_name": "general",
    }


async def test_a_persons_file_is_downloaded_with_the_token_only(world: World) -> None:
    async with world.http.post(
        f"{world.url}/_control/upload?user={ADA}&name=notes.txt", data=b"hello", headers={"Content-Type": "text/plain"}
    ) as response:
        file = (await response.json())["file"]
    said = await world.post("say", user=ADA, channel=DM, text="", files=[file["id"]])

    message = (await world.slack.conversations_replies(channel=DM, ts=said["ts"]))["messages"][0]
    private = message["files"][0]["url_private_download"]
    async with world.http.get(private, headers={"Authorization": "Bearer xoxb-playground"}) as response:
        good = await response.read()
    async with world.http.get(private, headers={"Authorization": "Bearer xoxb-other"}) as response:
        bad = (response.status, response.content_type)

    assert (message["subtype"], message["text"], good) == ("file_share", "", b"hello")
    assert bad == (200, "text/html")  # Slack's login page, which is no file


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"filename": "a.txt", "length": 0}, "missing_argument"),
        ({"length": 3}, "missing_argument"),
        ({"filename": "a.txt", "length": 10**9}, "file_upload_size_restricted"),
        ({"filename": "a.txt", "length": 2**21, "snippet_type": "text"}, "snippet_too_large"),
    ],
)
async def test_uploads_that_are_refused(world: World, arguments: dict[str, object], error: str) -> None:
    assert (await world.call("files.getUploadURLExternal", **arguments))["error"] == error


async def test_a_file_nobody_sent_cannot_be_shared(world: World) -> None:
    announced = await world.call("files.getUploadURLExternal", filename="a.txt", length=3)

    shared = await world.call("files.completeUploadExternal", files=[{"id": announced["file_id"]}], channel_id=GENERAL)

    assert shared["error"] == "file_not_found"


async def test_files_go_only_where_the_app_is(world: World) -> None:
    with pytest.raises(SlackApiError, match="not_in_channel"):
        await world.slack.files_upload_v2(channel=RANDOM, content="x", filename="x.txt")


async def test_files_need_their_scope(make_world: MakeWorld) -> None:
    world = await make_world(scopes=frozenset({"chat:write"}))

    assert (await world.call("files.info", file="F1"))["needed"] == "files:read"


async def posted(world: World, name: str, *, user: str = ADA, channel: str = GENERAL, **query: str) -> dict[str, Any]:
    """A person's file in a message; the file as the message carries it."""
    where = {"user": user, "name": name, **query}
    async with world.http.post(f"{world.url}/_control/upload", params=where, data=b"bytes") as response:
        file = (await response.json())["file"]
    said = await world.post("say", user=user, channel=channel, text="see", files=[file["id"]])
    message = (await world.slack.conversations_replies(channel=channel, ts=said["ts"]))["messages"][0]
    return dict(message["files"][0])


KINDS = [
    ("photo.JPEG", "image/jpeg", "jpg", "JPEG"),
    ("paper.pdf", "application/pdf", "pdf", "PDF"),
    ("notes.txt", "text/plain", "text", "Plain Text"),
    ("tool.py", "text/x-python", "python", "Python"),
    ("data.xyz9", "application/octet-stream", "xyz9", "XYZ9"),
    ("README", "application/octet-stream", "binary", "Binary"),
]


@pytest.mark.parametrize(("name", "mimetype", "filetype", "pretty"), KINDS)
async def test_files_tell_what_they_are(world: World, name: str, mimetype: str, filetype: str, pretty: str) -> None:
    file = await posted(world, name)

    assert (file["name"], file["mimetype"], file["filetype"], file["pretty_type"]) == (name, mimetype, filetype, pretty)
    assert (file["mode"], file["size"], file["file_access"]) == ("hosted", 5, "visible")


async def test_a_link_to_elsewhere_is_external_and_a_deleted_file_a_stone(world: World) -> None:
    external = await posted(world, "plan.gdoc", external_url="https://docs.example/plan")
    file = await posted(world, "secret.txt")
    await world.post("delete_file", user=ADA, file=file["id"])

    messages = (await world.slack.conversations_history(channel=GENERAL))["messages"]
    assert (external["mode"], external["is_external"], external["url_private"]) == (
        *("external", True),
        "https://docs.example/plan",
    )
    assert messages[0]["files"] == [{"id": file["id"], "mode": "tombstone"}]
    with pytest.raises(SlackApiError, match="file_deleted"):
        await world.slack.files_info(file=file["id"])


async def test_a_file_of_another_company_is_completed_by_files_info(world: World) -> None:
    hint = await posted(world, "offer.pdf", user="U0IRIS", channel="C0PARTNERS")

    whole = (await world.slack.files_info(file=hint["id"]))["file"]

    assert hint == {"id": whole["id"], "mode": "file_access", "file_access": "check_file_info"}
    assert (whole["name"], whole["mimetype"], whole["size"]) == ("offer.pdf", "application/pdf", 5)
