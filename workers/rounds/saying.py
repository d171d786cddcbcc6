"""What a request says: the turn's input, a round's results, words on record, or nothing. Rules over the journal."""

from __future__ import annotations

from collections.abc import Sequence

from workers import inputs
from workers.calling.closing import UNKNOWN_OUTCOME
from workers.conversations.port import Attachment, Called, Confirm, Input, Result, Say
from workers.journal import Journal
from workers.recorded import Request

NOT_DONE = "Error: the conversation had to begin anew, so this was not done. Say so."


def following(journal: Journal) -> Request:
    """The request that brings the next round."""
    return Request(number=journal.round + 1, kind="append", after=journal.get("entry"))


def inputs_of(request: Request, journal: Journal, attachments: Sequence[Attachment], *, mixed: bool) -> list[Input]:
    """All that `request` says. `mixed`: what the person added meanwhile stands beside the results, not in the last."""
    if request.brings == "nothing":
        return []
    if request.brings == "words":
        return list(journal.said("words"))
    begins = request.number == 0 or request.kind == "start"
    replayed: list[Input] = list(journal.said("replay")) if begins else []
    if (again := journal.get("again")) and journal.get("again_round") == str(request.number):
        return [*replayed, Say(again)]
    if request.number == 0:
        return [*replayed, Say(journal.get("input") or "", attachments=tuple(attachments))]
    return [*replayed, *_results(request, journal, mixed=mixed)]


def _results(request: Request, journal: Journal, *, mixed: bool) -> list[Input]:
    """A round's results; where another conversation begins, with the calls that they belong to."""
    calls = journal.open_calls
    noting = next((call for call in reversed(calls) if not call.pending), None)
    said: list[Input] = []
    if request.kind == "start":
        said += [Called(call.tool_call_id, call.name, call.arguments) for call in calls]
    noted = journal.get("note") if journal.get("note_round") == str(request.number) else None
    for call in calls:
        record = journal.call(call.tool_call_id)
        if call.pending and request.kind != "start":
            allowed = record is not None and record.decision == "allowed"
            said.append(Confirm(call.tool_call_id, allowed=allowed))
            continue
        text = NOT_DONE if call.pending else (record.result if record else None) or UNKNOWN_OUTCOME
        note = noted if call is noting and not mixed else None
        said.append(Result(call.tool_call_id, inputs.with_note(text, note)))
    if noted and mixed:
        said.append(Say(noted))
    return said
