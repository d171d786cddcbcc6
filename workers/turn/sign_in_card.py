"""The link by which a person signs in at a server, given for their eyes only."""

from __future__ import annotations

import structlog

from bot.slack import blocks
from bot.slack.errors import SlackError
from bot.texts import Words
from workers.turn import for_follow_up
from workers.turn.scene import Scene

log = structlog.get_logger()


async def give(scene: Scene, server: str, scope: str, words: Words, link: str, *, wider: bool) -> str | None:
    """In the thread, else as a direct message; the key of a text where neither works. `wider`: for more rights."""
    scopes = words.names(scope.split()) if scope else words.say("sign_in.page.no_scopes")
    why = words.say("sign_in.link_wider" if wider else "sign_in.link", server=server, scopes=scopes)
    lines = [for_follow_up.below(why, scene, words), words.say("sign_in.part_of_thread")]
    if scene.services.settings.public_url is None:
        lines.append(words.say("sign_in.this_machine"))
    said = "\n".join(lines)
    card = blocks.with_buttons(said, [], value="", link=(words.say("sign_in.button", server=server), link))
    thread, user = scene.thread, scene.person.id
    await scene.still_ours()
    try:
        await scene.slack.ephemeral(thread.channel, user, thread_ts=thread.root_ts, text=said, blocks=card)
    except SlackError as error:
        log.info("sign_in.not_ephemeral", error=str(error))
        try:
            await scene.slack.post(await scene.slack.open_dm(user), text=said, blocks=card)
        except SlackError as again:
            log.warning("sign_in.link_not_given", error=str(again))
            return "sign_in.not_told"
    return None
