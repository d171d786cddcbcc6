"""The ways that a thread may go beside question and answer: what people do on each, and what must stand there then.

Each is walked in threads of its own, and followed by one plain message. `wanted` has a pattern for each message of ours
in a thread, in order: one more, one less or another order is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.threads.models import ThreadKey
from bot.vault import Vault
from playground.slack.control.acts import Click, Command, RunShortcut, Say
from playground.slack.models import Message
from tests.proof.company import AFTERWARDS, HELPER
from tests.proof.ground import Ground
from tests.proof.talks import Talk, shown
from tests.proof.verdict import UNKNOWN_EFFECT
from tests.world import BOT
from workers.conversations.port import Called, Result
from workers.conversations.port import Say as Said
from workers.transcript import FIELD, Transcript

COMES_WITHIN = 60.0  # seconds: a step of a way, though workers fall meanwhile and the machine is busy
# Of machines and moments: a tool server that starts slowly beside others, a call that was cut off.
PASSING = (UNKNOWN_EFFECT, "I could not reach keeper")
BUTTONS = ("take_over", "resolve")


@dataclass(eq=False)
class Walk:
    """One way that was taken by `user`, under the mark `number`."""

    ground: Ground
    way: str
    number: int
    user: str
    wanted: dict[Talk, list[str]] = field(default_factory=dict)
    record: dict[str, str] = field(default_factory=dict)  # fields of the newest thread's record, in the end
    voices: list[str | None] = field(default_factory=list)  # of the newest thread's first messages
    said: list[str] = field(default_factory=list)  # what the newest thread's conversation was told by people

    @property
    def mark(self) -> str:
        return f"way{self.number}x"

    @property
    def talk(self) -> Talk:
        return list(self.wanted)[-1]

    def ours(self, talk: Talk | None = None) -> list[Message]:
        """Our messages in a thread, without those that tell of a passing trouble."""
        found = self.ground.answers(talk or self.talk)
        return [message for message in found if not any(words in shown(message) for words in PASSING)]

    async def say(self, text: str, *, user: str | None = None) -> str:
        """In the newest thread."""
        talk = self.talk
        text = text if user else f"<@{BOT}> {text}"
        act = Say(user=user or self.user, channel=talk.channel, text=text, thread_ts=talk.root or None)
        ts = str((await act.apply(self.ground.slack))["ts"])
        talk.root = talk.root or ts
        return ts

    def at(self, channel: str, root: str) -> Talk:
        talk = Talk(channel, root)
        self.ground.talks.append(talk)
        self.wanted[talk] = []
        return talk

    async def begin(self, words: str, *, direct: bool = False) -> None:
        channel = self.ground.room()
        if direct:
            channel = self.ground.slack.workspace.direct(self.user, BOT).id
        talk = Talk(channel, "")
        self.wanted[talk] = []
        await self.say(words)
        self.ground.talks.append(talk)

    async def comes(self, *patterns: str) -> None:
        """Wait for these of our messages, as the newest ones."""
        self.wanted[self.talk] += patterns
        newest = self.wanted[self.talk][-1]
        await self.ground.until(
            lambda: any(re.search(newest, seen(message), re.S) for message in self.ours()),
            within=COMES_WITHIN,
            what=f"{newest!r} on the way {self.way}: {[seen(message) for message in self.ours()]}",
        )

    async def afterwards(self) -> None:
        """A plain message, which is answered as if nothing had been."""
        await self.say(f"{self.mark} {AFTERWARDS}")
        await self.comes(f"answer to: .*{self.mark} {AFTERWARDS}")

    async def wrong(self) -> list[str]:
        """What is not as it should be, in words."""
        found: list[str] = []
        for talk, wanted in self.wanted.items():
            there = [seen(message) for message in self.ours(talk)]
            fits = len(there) == len(wanted)
            if not (fits and all(re.search(p, t, re.S) for p, t in zip(wanted, there, strict=True))):
                found.append(f"way {self.way} {self.mark} in {talk.key}: wanted {wanted}, there is {there}")
        record = {k.decode(): v.decode() for k, v in (await self._hash(self.talk)).items()}
        for name, value in self.record.items():
            if record.get(name, "") != value:
                found.append(f"way {self.way} {self.talk.key}: {name} is {record.get(name)!r} and not {value!r}")
        voices = [message.username for message in self.ours()][: len(self.voices)]
        if voices != self.voices:
            found.append(f"way {self.way} {self.talk.key}: spoken by {voices} and not {self.voices}")
        if FIELD in record:
            found += self._torn(record[FIELD])
        if self.said:
            stored = self.ground.mistral.store.every()
            entries = next(each.entries for each in stored if each.id == record["conversation_id"])
            told = [str(e["content"]) for e in entries if e["type"] == "message.input" and e["role"] == "user"]
            if len(told) != len(self.said) or any(w not in t for w, t in zip(self.said, told, strict=True)):
                found.append(f"way {self.way} {self.talk.key}: the conversation was told {told}")
        return found

    def _torn(self, sealed: str) -> list[str]:
        """A transcript whose questions, calls, results and answers do not follow each other."""
        team, channel, root = self.talk.key.split(":")
        items = Transcript(Vault([self.ground.environment["VAULT_KEYS"]]), ThreadKey(team, channel, root), sealed).items
        kinds = [item.role if isinstance(item, Said) else type(item) for item in items]
        if kinds != ["user", Called, Result, "assistant", "user", "assistant"]:
            return [f"way {self.way} {self.talk.key}: the transcript holds {items}"]
        return []

    async def _hash(self, talk: Talk) -> dict[bytes, bytes]:
        found: dict[bytes, bytes] = await self.ground.redis.hgetall(f"tw:thread:{talk.key}")  # type: ignore[misc]  # sync or async to mypy
        return found


def seen(message: Message) -> str:
    """A message's words, or which file it brings."""
    return f"file {message.files[0].name}" if message.files else shown(message)


async def at_the_desk(walk: Walk) -> None:
    """Two handoffs that Mistral executes, in one answer."""
    await walk.begin(f"+front {walk.mark} at the desk")
    await walk.comes(
        r"^One moment\.$",
        r"^\*Front desk\* has handed over to \*Technical support\*[^\n]*$",
        r"^Let me see\.$",
        r"^\*Technical support\* has handed over to \*Billing\*[^\n]*$",
        f"^answer to: .*{walk.mark} at the desk$",
    )
    await walk.afterwards()
    walk.voices = ["Front desk", None, "Technical support", None, "Billing", "Billing"]
    walk.record = {"speaker": "billing", "agent": "front"}


async def at_the_door(walk: Walk) -> None:
    """A handoff that is executed on our side."""
    await walk.begin(f"+porter {walk.mark} at the door")
    await walk.comes(
        r"^One moment, ",
        r"^\*Porter\* has handed over to \*Cashier\*[^\n]*$",
        f"^answer to: .*{walk.mark} at the door$",
    )
    await walk.afterwards()
    walk.voices = ["Porter", None, "Cashier", "Cashier"]
    walk.record = {"speaker": "cashier", "agent": "porter"}


async def in_a_form(walk: Walk) -> None:
    """An answer in a form of its own, which is right the second time."""
    await walk.begin(f"+clerk {walk.mark} in a form")
    await walk.comes(rf"^- \*\*Title:\*\* .*{walk.mark} in a form\n- \*\*Total:\*\* 1$", r"^file invoice\.json$")


async def with_files(walk: Walk, *, direct: bool = False) -> None:
    """Sources, code that is too long for its card, and two files."""
    await walk.begin(f"{walk.mark} with files", direct=direct)
    await walk.comes(
        rf"^answer to: .*{walk.mark} with files\[1\].*Sources[^\n]*\n\n1\. \[A page\][^\n]*$",
        r"^file code\.py$",
        rf"^file {walk.mark}\.png$",
        rf"^file {walk.mark}\.csv$",
    )
    await walk.afterwards()


async def with_files_in_a_direct_message(walk: Walk) -> None:
    await with_files(walk, direct=True)


async def kept_secret(walk: Walk) -> None:
    """A conversation that we keep ourselves, with a tool that must not run twice."""
    await walk.begin(f"+secret {walk.mark} kept secret as w{walk.number}")
    await walk.comes(f"^answer to: .*{walk.mark} kept secret as w{walk.number} \\(.*\\)$")
    await walk.afterwards()
    walk.record = {"agent": "secret", "conversation_id": "", "speaker": ""}


async def asked_by_command(walk: Walk) -> None:
    """A question after `/agent`: a thread begins."""
    channel = walk.ground.room()
    await Command(user=walk.user, channel=channel, text=f"/agent friend {walk.mark} asked").apply(walk.ground.slack)
    await walk.ground.until(lambda: roots(walk, channel), within=COMES_WITHIN, what=f"the root of {walk.mark}")
    walk.at(channel, roots(walk, channel)[0])
    await walk.comes(f"asks .*{walk.mark} asked$", f"^answer to: .*{walk.mark} asked$")
    await walk.afterwards()
    if len(roots(walk, channel)) != 1:
        walk.wanted[walk.talk].append("no second root")
    walk.record = {"agent": "friend"}
    walk.said = [f"{walk.mark} asked", f"{walk.mark} {AFTERWARDS}"]


def roots(walk: Walk, channel: str, words: str = "") -> list[str]:
    """Where we began a thread with this mark, or with `words`."""
    messages = walk.ground.slack.workspace.conversations[channel].messages.values()
    ours = [m for m in messages if m.user == BOT and m.root_ts == m.ts and not m.deleted]
    return [m.ts for m in ours if (words or walk.mark) in shown(m)]


async def branched(walk: Walk) -> None:
    """From the first of two answers a new thread goes on."""
    await walk.begin(f"{walk.mark} first")
    await walk.comes(f"^answer to: .*{walk.mark} first$")
    await walk.say(f"{walk.mark} second")
    await walk.comes(f"^answer to: .*{walk.mark} second$")
    old, picked = walk.talk, walk.ours()[0]
    where = {"channel": old.channel, "message_ts": picked.ts}
    await RunShortcut(user=walk.user, callback_id="branch", **where).apply(walk.ground.slack)
    link = picked.ts.replace(".", "")
    await walk.ground.until(
        lambda: roots(walk, old.channel, link), within=COMES_WITHIN, what=f"the branch of {walk.mark}"
    )
    await walk.comes(r"goes on from here in")
    walk.at(old.channel, roots(walk, old.channel, link)[0])
    walk.wanted[walk.talk].append(r"goes on from")
    await walk.say(f"{walk.mark} third")
    await walk.comes(f"^answer to: .*{walk.mark} third$")
    if len(roots(walk, old.channel, link)) != 1:
        walk.wanted[walk.talk].append("no second branch")
    walk.said = [f"{walk.mark} first", f"{walk.mark} third"]


async def by_a_person(walk: Walk) -> None:
    """An agent calls a person, who takes the thread, writes in it and resolves it."""
    await walk.begin(f"+caller {walk.mark} by a person")
    await walk.comes(r"^I call somebody\.$", r"asks a person to take this thread over|has resolved this")
    await press(walk, BUTTONS[0])
    await walk.say(f"Words of {walk.mark}, by hand.", user=HELPER)
    await walk.say(f"{walk.mark} has thanks.")
    await press(walk, BUTTONS[1])
    await walk.comes(
        f"^answer to: .*{walk.mark} by a person "
        rf"\((?!.*by hand.*by hand).*Words of {walk.mark}, by hand\.(?!.*thanks.*thanks).*{walk.mark} has thanks\."
    )
    await walk.afterwards()
    walk.wanted[walk.talk][1] = "has resolved this"


async def press(walk: Walk, action: str) -> None:
    """Press the button once it is there, as the one who is in charge."""

    def card() -> Message | None:
        return next((m for m in walk.ours() if any(action in str(block) for block in m.blocks)), None)

    await walk.ground.until(card, within=COMES_WITHIN, what=f"the button {action} for {walk.mark}")
    message = card()
    assert message is not None, "it was there a moment ago"
    elements = [element for block in message.blocks for element in block.get("elements", [])]
    value = next(element.get("value") for element in elements if element.get("action_id") == action)
    click = Click(user=HELPER, channel=message.channel, message_ts=message.ts, action_id=action, value=value)
    await click.apply(walk.ground.slack)


async def switched(walk: Walk) -> None:
    """Somebody else answers from then on, and one more may take part."""
    await walk.begin(f"{walk.mark} first")
    await walk.comes(f"^answer to: .*{walk.mark} first$")
    await walk.say("agent friend")
    await walk.comes(r"^Friend answers in this thread from now on")
    await walk.say(f"{walk.mark} second")
    await walk.comes(f"^answer to: .*{walk.mark} second$")
    await walk.say("add billing")
    await walk.comes(r"has added Billing to this thread")
    walk.record = {"agent": "friend", "conversation_agent": "friend", "added": "billing"}
    walk.said = [f"{walk.mark} first", f"{walk.mark} second"]


WAYS: tuple[Callable[[Walk], Awaitable[None]], ...] = (
    at_the_desk,
    at_the_door,
    in_a_form,
    with_files,
    with_files_in_a_direct_message,
    kept_secret,
    asked_by_command,
    branched,
    by_a_person,
    switched,
)
