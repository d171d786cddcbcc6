"""ARGUMENTS: all that a call would send, page by page, in the modal that somebody opened at its card.

Where it goes to a server with a sign-in of the asker's own, only the asker and those who decide see it.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.approvals.readable import Line, lines, pages
from bot.slack import blocks, questions, views
from bot.slack.question_clicks import About
from workers.approving import may_decide
from workers.call_record import CallRecord, call_in
from workers.errands import modal
from workers.errands.errand import Errand

PAGE = 12_000  # characters; a view may have 250 kB, each of them takes up to six bytes and each line its frame


async def show_arguments(errand: Errand) -> None:
    """Show the page that is asked for; or the sentence that says why not."""
    about = About.parse(errand.mail.about["call"])
    fields = await errand.services.turns.journal(about.thread.team, about.turn) if about else {}
    record = call_in(fields, about.tool_call_id) if about else None
    if about is None or record is None or fields.get("thread") != str(about.thread):
        await _fill(errand, blocks.notice(errand.words.say("arguments.gone")))
    elif not await _may_see(errand, record, fields.get("principal", "")):
        await _fill(errand, blocks.notice(errand.words.say("arguments.not_yours")))
    else:
        found = pages(lines(record.arguments), PAGE)
        await _fill(errand, _page(errand, found, int(errand.mail.about["page"])))


async def _may_see(errand: Errand, record: CallRecord, asker: str) -> bool:
    services, who = errand.services, errand.mail.principal
    if who == asker or not record.private:
        return True
    return await may_decide(services, record, team=errand.thread.team, user=who, asker=asker)


def _page(errand: Errand, found: Sequence[Sequence[Line]], wanted: int) -> blocks.Blocks:
    say, count = errand.words.say, len(found)
    number = min(max(wanted, 1), count)
    around = ((number - 1, say("button.earlier")), (number + 1, say("button.more")))
    turning = [(other, label) for other, label in around if 1 <= other <= count]
    note = say("arguments.page", number=number, count=count) if count > 1 else ""
    return questions.page(found[number - 1], note, turning)


async def _fill(errand: Errand, body: blocks.Blocks) -> None:
    view = views.modal(
        errand.words.say("arguments.title"),
        body,
        close=errand.words.say("arguments.close"),
        external_id=errand.mail.about["view"],
        private_metadata=errand.mail.about["call"],
    )
    await modal.fill(errand, view)
