"""Everything one turn knows and may use: its thread, its principal, its agent, its journal and its voice.

Made once, when the turn begins or is taken up; the other rooms of a turn are functions of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import structlog

from bot.catalog.agents import Agent
from bot.catalog.catalog import Catalog
from bot.catalog.channels import Channel
from bot.follow_ups.models import FollowUp
from bot.picking.choices import Choice
from bot.slack.client import Slack
from bot.slack.ledger import Ledger
from bot.slack.models import Person
from bot.slack.patience import nothing
from bot.slack.stream import Reader
from bot.texts import Words, words_for
from bot.threads.models import MailKind, ThreadKey
from bot.threads.owned import Claimed
from bot.vault import Unreadable
from workers.delivery import parts
from workers.delivery.delivery import Delivery
from workers.delivery.line import Line, budget_keeper
from workers.handoffs.cast import Cast
from workers.handoffs.rules import Guests
from workers.holdings import Hold
from workers.journal import Journal
from workers.mailroom import Batch
from workers.services import Services
from workers.transcript import FIELD, Transcript
from workers.turn.files import Files

log = structlog.get_logger()

BARE_AFTER = 5  # passes in which Slack broke on this turn's messages; then they go out as plain words


@dataclass(frozen=True, kw_only=True)
class Scene:
    """`person` is the principal, `choice` what they may use here; `words` are the thread's language. `resumed`: an
    earlier owner began this turn.

    `transcript` is the conversation where Mistral keeps none of it, else None. `follow_up` is the one that the turn is
    a run of, as it was when this owner came.
    """

    services: Services
    hold: Hold
    claimed: Claimed
    journal: Journal
    slack: Slack
    person: Person
    channel: Channel
    choice: Choice
    agent: Agent
    catalog: Catalog
    cast: Cast
    words: Words
    ledger: Ledger
    delivery: Delivery
    files: Files
    transcript: Transcript | None
    follow_up: FollowUp | None
    resumed: bool

    @property
    def thread(self) -> ThreadKey:
        return self.claimed.owned.thread

    @property
    def record(self) -> dict[str, str]:
        """The thread record as it was when the thread was claimed."""
        return self.claimed.record

    @property
    def metadata(self) -> dict[str, str]:
        """What the conversation carries, so that a lost mapping is found again."""
        thread = self.thread
        return {"team": thread.team, "channel": thread.channel, "thread": thread.root_ts, "turn": self.journal.id}

    def now(self) -> float:
        return self.services.now()

    def step(self, name: str, **facts: object) -> None:
        """Note a step of the journey; it goes on record with the next write."""
        self.journal.step(self.now(), name, **facts)

    def guests(self) -> Guests:
        """Who was added and removed by now, and who is closed to the principal.

        What people change while the turn runs is in the record, too: this turn's owner writes it.
        """
        return Guests.of(self.record).seen_by(self.agent, self.catalog, self.choice.usable)

    @property
    def speaker_is_closed(self) -> bool:
        """Whether the agent that spoke here last, after a handoff, is one that the principal may not use."""
        return is_closed(self.choice, self.record.get("speaker", ""))

    async def still_ours(self) -> None:
        """Raise `Lost` unless this worker surely owns the thread: awaited before each touch of the outside."""
        await self.hold.check(self.services.holdings.half_lease)

    async def whisper(self, user: str, key: str, **values: str) -> None:
        """Tell one person, in that person's own language; at most once."""
        locale = await self.services.people.locale_of(self.thread.team, user)
        await self.delivery.whisper(user, words_for(locale).say(key, **values))


async def prepared(
    services: Services,
    hold: Hold,
    claimed: Claimed,
    journal: Journal,
    batch: Batch | None,
    *,
    agent: Agent | None,
    resumed: bool,
) -> Scene:
    """The scene of a turn that `agent` answers and that begins with `batch`; (None) of one that is taken up."""
    thread, record = claimed.owned.thread, claimed.record
    slack = await services.installations.slack(thread.team)
    principal = batch.principal if batch else journal.get("principal") or ""
    principal_team = batch.mail[0].principal_team if batch else journal.get("principal_team") or thread.team
    person = await services.people.person(thread.team, principal) or stranger(thread.team, principal)
    catalog = services.catalogs.now
    channel = catalog.channel(thread.channel)
    words = words_for(person.locale if thread.is_dm else channel.language or person.locale)
    choice = await services.choices.given(thread.team, thread.channel, principal, claimed.chosen)
    if agent is None:
        agent = choice.answering(journal.get("agent"), record.get("agent"))
    newest = max((mail.ts for mail in (batch.mail if batch else journal.mail)), default="")

    async def still_ours() -> None:
        await hold.check(services.holdings.half_lease)

    ledger = await ledger_of(services, slack, claimed, journal, newest=newest, before_call=still_ours)
    line = Line(
        slack=slack,
        budget=services.budget,
        ledger=ledger,
        thread=thread,
        words=words,
        write=journal.write,
        before_call=still_ours,
        now=services.now,
        pause=services.sleep,
    )
    cast = Cast(services.objects, services.variants, catalog, agent)
    if batch is not None:
        # Who spoke last in this conversation speaks on; a new one begins with the agent that answers here.
        goes_on = "conversation_id" in record and record.get("conversation_agent") == agent.name
        speaker = record.get("speaker", "")
        journal.set(first_speaker=speaker if goes_on and speaker and not is_closed(choice, speaker) else agent.name)
    line = replace(line, voice=cast.voice(journal.get("first_speaker") or agent.name))
    settled = parts.load(journal.get(parts.FIELD))
    bare = int(journal.get("failed_posts") or 0) >= BARE_AFTER
    follow_up = await _follow_up(services, journal)
    live = thread.is_dm or services.settings.stream_in_channels
    delivery = Delivery(
        line, Reader(user=principal, team=principal_team), live=live, resumed=resumed, bare=bare, settled=settled
    )
    if follow_up and follow_up.quiet and all(mail.kind is MailKind.DUE for mail in journal.mail):
        delivery.hush()  # nobody wrote; a webhook may have brought several
    delivery.live.on_stop = hold.stop.set
    return Scene(
        services=services,
        hold=hold,
        claimed=claimed,
        journal=journal,
        slack=slack,
        person=person,
        channel=channel,
        choice=choice,
        agent=agent,
        transcript=None if agent.store else transcript_of(services, claimed, agent),
        follow_up=follow_up,
        catalog=catalog,
        cast=cast,
        words=words,
        ledger=ledger,
        delivery=delivery,
        files=Files(slack, journal, limit_megabytes=services.settings.file_limit, sleep=services.sleep),
        resumed=resumed,
    )


async def _follow_up(services: Services, journal: Journal) -> FollowUp | None:
    follow_up_id = journal.get("follow_up")
    kept = await services.follow_ups.get(journal.thread.team, follow_up_id) if follow_up_id else None
    return kept.follow_up if kept else None


def is_closed(choice: Choice, name: str) -> bool:
    """Whether there is an agent of this name, and not for this person."""
    return choice.everything.find(name) is not None and choice.usable.find(name) is None


def transcript_of(services: Services, claimed: Claimed, agent: Agent) -> Transcript:
    """What is kept of the conversation with `agent`; empty where another one spoke last, or its key is gone."""
    vault, thread = services.settings.vault, claimed.owned.thread
    sealed = claimed.record.get(FIELD) if claimed.record.get("conversation_agent") == agent.name else None
    try:
        return Transcript(vault, thread, sealed)
    except Unreadable as error:
        log.error("transcript.unreadable", problem=str(error))
        return Transcript(vault, thread, None)


async def ledger_of(
    services: Services,
    slack: Slack,
    claimed: Claimed,
    journal: Journal,
    *,
    newest: str,
    before_call: Callable[[], Awaitable[None]] = nothing,
) -> Ledger:
    """The rows of `journal`; `newest` is the ts of the mail it is about (of an errand: of the time it began).

    What is older than all of its posts is on record from the beginning: mail that joins the turn later is younger.
    """
    thread = claimed.owned.thread
    root = "" if thread.is_errand else thread.root_ts
    baseline = journal.get("baseline") or max(newest, claimed.record.get("our_ts", ""), root)
    journal.set(baseline=baseline)
    return Ledger(
        slack,
        journal,
        thread,
        turn_id=journal.id,
        bot_user=await services.installations.bot_user(thread.team),
        baseline=baseline,
        fields=journal.fields,
        before_call=before_call,
        slowed=budget_keeper(services.budget, thread),
        sleep=services.sleep,
    )


def stranger(team: str, user: str) -> Person:
    """Somebody Slack tells us nothing about: called by their id, which Slack draws as a name."""
    return Person(id=user, team=team, name=user)
