"""What a turn converses with, put together from its scene: rounds over a conversation kept at Mistral or with us."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from workers.answer import Answer
from workers.calling.calling import Calling
from workers.conversations.port import Opening
from workers.handoffs.continuing import Continuing
from workers.handoffs.handoffs import Handoffs
from workers.inputs import Line
from workers.rounds.at_mistral import AtMistral
from workers.rounds.keeping import Keeping
from workers.rounds.limits import Limits
from workers.rounds.rounds import Rounds
from workers.rounds.sending import Sending
from workers.rounds.unheard import Unheard
from workers.rounds.waits import Waits
from workers.rounds.with_us import WithUs
from workers.tally import Tally
from workers.turn import opening
from workers.turn.follow_up_desk import FollowUpDesk
from workers.turn.live_inquiries import LiveInquiries
from workers.turn.scene import Scene


def rounds_of(
    scene: Scene,
    handoffs: Handoffs,
    limits: Limits,
    live: LiveInquiries,
    desk: FollowUpDesk,
    *,
    steer: Callable[[], Awaitable[Sequence[Line]]],
) -> Rounds:
    services, journal, delivery, before_call = scene.services, scene.journal, scene.delivery, scene.still_ours

    continuing = Continuing(
        services.conversations,
        journal,
        delivery,
        scene.cast,
        handoffs,
        scene.guests,
        scene.words,
        way=services.settings.handoff_continue,
        met=services.met,
    )

    async def opened() -> Opening:
        return continuing.opening(scene.metadata) or await opening.opening(scene)

    answer = Answer(journal, delivery, scene.cast, lambda: handoffs.speaker)
    tally, waits = Tally(journal, scene.cast), Waits(delivery, scene.person.tz)
    unheard = Unheard(services, journal, handoffs, continuing, waits, before_call=before_call)
    keeping: Keeping = AtMistral(
        services.conversations, journal, continuing, unheard, agent=scene.agent.name, metadata=scene.metadata
    )
    if scene.transcript is not None:
        keeping = WithUs(services.conversations, journal, scene.transcript, scene.agent.name)
    sending = Sending(
        services,
        journal,
        scene.agent,
        delivery,
        answer,
        tally,
        keeping,
        handoffs,
        continuing,
        waits,
        opening=opened,
        attachments=scene.files.attachments,
        before_call=before_call,
        resumed=scene.resumed,
    )
    calling = Calling(services, journal, scene.cast, delivery, handoffs, live, desk, before_call=before_call)
    return Rounds(
        journal,
        scene.agent,
        answer,
        tally,
        keeping,
        sending,
        calling,
        continuing,
        limits=limits,
        steer=steer,
        now=services.now,
    )
