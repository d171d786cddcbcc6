"""What the two stand-ins keep over a restart, so that a thread goes on where it was."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

import httpx2
import pytest

from playground import serving
from playground.agents_api.app import KEY, create
from playground.slack.app import running
from playground.slack.seed import Greeting, Seed, Starter
from playground.slack.settings import Settings
from playground.slack.standin import Standin

GENERAL = "C0GENERAL"
MENTION = {"user": "U0ADA", "channel": GENERAL, "text": "@threadwind hello"}


async def ask(url: str, name: str, body: Mapping[str, object]) -> dict[str, object]:
    """One request as the app or as the page."""
    async with httpx2.AsyncClient(headers={"Authorization": "Bearer xoxb-playground"}) as client:
        answer: dict[str, object] = (await client.post(f"{url}{name}", json=body)).json()
        assert answer["ok"], (name, answer)
        return answer


def greeted(text: str) -> Settings:
    greeting = Greeting(channel=GENERAL, text=text, starters=[Starter(title="Hello", message="hello")])
    return Settings(seed=Seed(greeting=greeting))


def texts(standin: Standin) -> list[str]:
    return [message.text for message in standin.workspace.conversations[GENERAL].messages.values()]


async def test_a_workspace_goes_on_where_it_stopped(tmp_path: Path) -> None:
    state = tmp_path / "slack.json"
    async with running(greeted("I am new."), state=state) as (standin, url):
        root = (await ask(url, "/_control/say", MENTION))["ts"]
        speaker = {"username": "Front desk", "icon_emoji": ":bell:"}
        await ask(
            url, "/api/chat.postMessage", {"channel": GENERAL, "thread_ts": root, "text": "Hello Ada.", **speaker}
        )
        standin.statuses.set_session(GENERAL, str(root), "processing", title="Greetings")
        cursor = standin.news.cursor

    async with running(greeted("I am older."), state=state) as (standin, url):
        assert texts(standin) == ["I am older.", "<@U0BOT> hello", "Hello Ada."]
        messages = standin.workspace.conversations[GENERAL].messages
        [replied] = messages[str(root)].replies
        assert (messages[replied].username, messages[replied].icons) == ("Front desk", {"emoji": ":bell:"})
        assert standin.statuses.sessions[GENERAL, str(root)].title == "Greetings"
        assert standin.news.cursor > cursor
        later = (await ask(url, "/_control/say", {**MENTION, "thread_ts": root}))["ts"]
        assert str(later) > str(root)


async def test_a_stream_that_was_open_has_ended_and_the_app_is_told(tmp_path: Path) -> None:
    state = tmp_path / "slack.json"
    async with running(Settings(), state=state) as (_, url):
        root = (await ask(url, "/_control/say", {**MENTION, "channel": "D0ADA"}))["ts"]
        stream = {"channel": "D0ADA", "thread_ts": root, "markdown_text": "half"}
        ts = (await ask(url, "/api/chat.startStream", stream))["ts"]

    async with (
        running(Settings(), state=state) as (standin, url),
        httpx2.AsyncClient(headers={"Authorization": "Bearer xoxb-playground"}) as client,
    ):
        append = {"channel": "D0ADA", "ts": ts, "markdown_text": "whole"}
        refused = (await client.post(f"{url}/api/chat.appendStream", json=append)).json()
        assert refused["error"] == "message_not_in_streaming_state"
        kept = standin.workspace.conversations["D0ADA"].messages[str(ts)]
        assert [block["text"] for block in kept.blocks] == ["half"]


async def test_a_file_is_kept_with_what_is_in_it(tmp_path: Path) -> None:
    state = tmp_path / "slack.json"
    async with running(Settings(), state=state) as (_, url), httpx2.AsyncClient() as client:
        where = f"{url}/_control/upload?user=U0ADA&name=data.bin"
        file = (await client.post(where, content=b"\x00\xff\x10", headers={"Content-Type": "image/png"})).json()["file"]
        await ask(url, "/_control/say", {**MENTION, "files": [file["id"]]})

    async with running(Settings(), state=state) as (_, url), httpx2.AsyncClient() as client:
        assert (await client.get(f"{url}/_control/files/{file['id']}")).content == b"\x00\xff\x10"


@pytest.mark.parametrize("content", ["{", '{"version": 7}', ""])
async def test_a_file_that_cannot_be_read_is_laid_aside_with_a_sentence(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "slack.json"
    state.write_text(content)
    async with running(greeted("I am new."), state=state) as (standin, _):
        assert texts(standin) == ["I am new."]
    assert "cannot be read" in capsys.readouterr().err
    assert (tmp_path / "slack.json.unreadable").read_text() == content


async def test_a_conversation_and_an_agent_are_still_there(tmp_path: Path) -> None:
    state = tmp_path / "agents.json"
    settings = {"model": "mistral-small-latest", "name": "keeper", "instructions": "Keep."}
    question = {"model": "mistral-small-latest", "inputs": "hello", "stream": False}

    def served() -> contextlib.AbstractAsyncContextManager[str]:
        api = create(brain="rules", state=state)
        return serving.serve(api, on_stop=api.stop)

    async with served() as url, client(url) as http:
        agent = (await http.post("/v1/agents", json=settings)).json()
        await http.patch(f"/v1/agents/{agent['id']}", json={"instructions": "Keep well."})
        conversation = (await http.post("/v1/conversations", json=question)).json()["conversation_id"]
        history = (await http.get(f"/v1/conversations/{conversation}/history")).json()

    async with served() as url, client(url) as http:
        assert (await http.get(f"/v1/conversations/{conversation}/history")).json() == history
        kept = (await http.get(f"/v1/agents/{agent['id']}")).json()
        assert (kept["version"], kept["versions"], kept["instructions"]) == (1, [0, 1], "Keep well.")
        more = {"inputs": "what did I say?", "stream": False}
        again = (await http.post(f"/v1/conversations/{conversation}", json=more)).json()
        assert again["conversation_id"] == conversation
        assert "hello" in str(again["outputs"])


async def test_files_and_libraries_are_still_there_with_what_is_in_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "agents.json"
    sent = {"file": ("a.bin", b"\x00\xff")}

    def served() -> contextlib.AbstractAsyncContextManager[str]:
        api = create(brain="rules", state=state, processing_seconds=0)
        return serving.serve(api, on_stop=api.stop)

    async with served() as url, client(url) as http:
        files = [(await http.post("/v1/files", files=sent, data={"purpose": "ocr"})).json() for _ in range(3)]
        assert (await http.delete(f"/v1/files/{files[2]['id']}")).status_code == 200
        library = (await http.post("/v1/libraries", json={"name": "Handbook"})).json()["id"]
        note = {"file": ("holidays.txt", b"28 days of holidays")}
        document = (await http.post(f"/v1/libraries/{library}/documents", files=note)).json()
        share = {"share_with_uuid": "u", "share_with_type": "User", "level": "Viewer"}
        await http.put(f"/v1/libraries/{library}/share", json=share)
        shelf = (await http.get(f"/v1/libraries/{library}")).json()

    contents = tmp_path / "agents.json.files"
    assert {path.name for path in contents.iterdir()} == {files[0]["id"], files[1]["id"], document["id"]}
    (contents / files[1]["id"]).unlink()

    async with served() as url, client(url) as http:
        assert (await http.get(f"/v1/files/{files[0]['id']}/content")).content == b"\x00\xff"
        assert (await http.get(f"/v1/files/{files[1]['id']}")).status_code == 404
        assert (await http.get(f"/v1/libraries/{library}")).json() == shelf
        assert (await http.get(f"/v1/libraries/{library}/documents/{document['id']}")).json() == document
        tool = {"type": "document_library", "library_ids": [library]}
        words = "what does the handbook say about holidays?"
        question = {"model": "mistral-small-latest", "inputs": words, "tools": [tool]}
        assert "28 days" in (await http.post("/v1/conversations", json=question)).text
    assert f"{files[1]['id']} cannot be read" in capsys.readouterr().err


async def test_the_handbook_is_there_from_the_beginning_and_only_once(tmp_path: Path) -> None:
    for _ in range(2):
        api = create(brain="rules", state=tmp_path / "agents.json", with_handbook=True)
        async with serving.serve(api, on_stop=api.stop) as url, client(url) as http:
            [library] = (await http.get("/v1/libraries")).json()["data"]
            assert (library["name"], library["nb_documents"]) == ("Handbook", 2)
            tool = {"type": "document_library", "library_ids": [library["id"]]}
            for words, answer in [
                ("what does the handbook say about holidays?", "28 days of holidays a year"),
                ("que dit le manuel sur les congés ?", "28 jours de congés par an"),
            ]:
                question = {"model": "mistral-small-latest", "inputs": words, "tools": [tool]}
                assert answer in (await http.post("/v1/conversations", json=question)).text


def client(url: str) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {KEY}"})
