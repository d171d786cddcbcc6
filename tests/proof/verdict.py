"""Reads off the ground what became of each message."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from bot.threads.models import message_id
from tests.proof.ground import Ground
from tests.proof.keeper import LINES
from tests.proof.opening import LEASE
from tests.proof.report import Report
from tests.proof.talks import LAST_WORDS, SLOWLY, Said, Talk, shown
from tests.world import BOT, TEAM
from workers.inputs import EARLIER_FOOT

TOKEN = re.compile(r"tok(\d+)x")
SETTLED_WITHIN = 30.0  # seconds after the last blow
BUGS = ("turn.broke", "turn.helper_broke", "Traceback")
UNKNOWN_EFFECT = "cannot tell whether it took effect"

# Said number -> where it stands: the thread's root, the message's ts, the place in its words.
Places = dict[int, list[tuple[str, str, int]]]


async def read(
    ground: Ground, name: str, seed: int, *, blows: int, missed: Sequence[str] = (), within: float = SETTLED_WITHIN
) -> Report:
    """Wait until all is at rest, then count; the report is printed, with its story when something is wrong."""
    await ground.settles(within=within)
    report = Report(name=name, seed=seed, lease=LEASE, blows=blows, missed=list(missed))
    owners = ground.owners
    report.take_overs, report.disturbed = list(owners.take_overs), list(owners.disturbed)
    report.open_turns = owners.hit + owners.usurped
    refused = await _refused(ground)
    places = _places(ground)
    _messages(ground, places, refused, report)
    for talk in ground.talks:
        _order(ground, talk, places, report)
    _tools(ground, report)
    report.wrong += ground.left_behind()
    report.wrong += [f"thread {thread} is {record.get('state')}" for thread, record in (await ground.records()).items()]
    principals(ground, report)
    for kept in ground.kept.values():
        report.wrong += [f"{kept.name}: {line[:600]}" for line in kept.lines_with(*BUGS)]
    print(report.line())
    if report.missed:
        print("  not met:", *report.missed, sep="\n  ")
    if report.wrong or report.twice or report.slow:
        wrong = "\n".join([*report.wrong, *report.twice])
        print(await ground.story(*(talk.key for talk in ground.talks if talk.root in wrong)))
    return report


def _places(ground: Ground) -> Places:
    places: Places = defaultdict(list)
    for conversation in ground.slack.workspace.conversations.values():
        for message in conversation.messages.values():
            if message.user == BOT and not message.deleted:
                for found in TOKEN.finditer(shown(message)):
                    places[int(found[1])].append((message.root_ts, message.ts, found.start()))
    return places


async def _refused(ground: Ground) -> dict[int, str]:
    """Messages whose turn ended without an answer, and that were told so by a sentence with the turn's id."""
    found: dict[int, str] = {}
    async for key in ground.redis.scan_iter(match=f"tw:turn:{TEAM}:*", count=1000):
        ended, mail = await ground.redis.hmget(key, ["ended", "mail"])  # type: ignore[misc]  # sync or async to mypy
        if mail and ended in (b"dead", b"failed", b"too_old"):
            turn = key.decode().rpartition(":")[2]
            for body in json.loads(mail):
                if number := TOKEN.search(body):
                    found[int(number[1])] = turn
    return found


def _messages(ground: Ground, places: Places, refused: dict[int, str], report: Report) -> None:
    for talk in ground.talks:
        words = [shown(message) for message in ground.answers(talk)]
        for said in talk.said:
            report.messages += 1
            here = places.get(said.number, [])
            if len(here) > 1:
                report.twice.append(f"{said.token} in {talk.key}: {words}")
            if here:
                report.answered += 1
                report.answer_times.append(float(here[0][1]) - said.at)
                report.wrong += _misplaced(talk, said, here, words)
            elif said.number in refused and any(refused[said.number] in each for each in words):
                report.refused += 1
                report.wrong.append(f"{said.token} in {talk.key} is refused, though nothing hit it thrice: {words}")
            else:
                stored = "stored" if ground.stored(talk, said) else "never stored"
                report.wrong.append(f"{said.token} in {talk.key} is lost ({stored}): {words}")
        report.unknown += sum(UNKNOWN_EFFECT in each for each in words)


def _misplaced(talk: Talk, said: Said, here: list[tuple[str, str, int]], words: list[str]) -> list[str]:
    wrong = [f"{said.token} of {talk.root} is answered in {root}" for root, _, _ in here if root != talk.root]
    if said.kind == "slow":
        full = [each for each in words if said.token in each and SLOWLY in each]
        # An answer that other messages joined by steering ends with its results instead.
        if full and not any(LAST_WORDS in each for each in words):
            wrong.append(f"the answer to {said.token} in {talk.key} is cut off: {words}")
    return wrong


def _order(ground: Ground, talk: Talk, places: Places, report: Report) -> None:
    """Answers stand in the order in which the messages were stored."""
    numbers = {message_id(TEAM, talk.channel, said.ts): said.number for said in talk.said}
    arrived = [numbers[mail_id] for mail_id in ground.seen.stored if mail_id in numbers]
    answered = sorted((number for number in arrived if places.get(number)), key=lambda number: places[number][0][1:])
    wanted = [number for number in arrived if places.get(number)]
    if answered != wanted:
        report.wrong.append(f"{talk.key}: arrived {wanted}, answered {answered}")
    report.late += wanted != sorted(wanted)


def _tools(ground: Ground, report: Report) -> None:
    path = ground.folder / LINES
    runs = Counter(path.read_text().split()) if path.exists() else Counter()
    report.tools = sum(runs.values())
    report.wrong += [f"the tool ran {times} times for {entry}" for entry, times in runs.items() if times > 1]


def principals(ground: Ground, report: Report) -> None:
    """Note requests in which one person's turn asks another's question, and messages that the model read beforehand."""
    writers = {said.number: said.user for talk in ground.talks for said in talk.said}
    for name in ("conversations.start", "conversations.append"):
        for request in ground.mistral.requests(name):
            for entry in (request.body or {}).get("inputs") or ():
                earlier, _, asked = str(entry.get("content", entry.get("result"))).rpartition(EARLIER_FOOT)
                report.read_early += len(TOKEN.findall(earlier))
                people = {writers[int(number)] for number in TOKEN.findall(asked)}
                if len(people) > 1:
                    report.wrong.append(f"one turn for {sorted(people)}: {asked}")
