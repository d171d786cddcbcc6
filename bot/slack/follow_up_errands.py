"""The errand that each becomes which people type, press, pick and send about follow-ups. No I/O.

Only a worker reads times and decides, so all of it is mail; who may, is checked where it is done.
"""

from __future__ import annotations

from bot.threads.models import Mail, MailKind, ThreadKey

FORM, SENT, TYPED = "form", "sent", "typed"  # what an errand does, beside a button's act (`follow_up_clicks.py`)


def mail(
    team: str, channel: str, trigger_id: str, user: str, own_team: str, about: dict[str, str], text: str = ""
) -> Mail:
    errand = ThreadKey.errand(team, channel, trigger_id)
    return Mail(
        id=f"follow_up:{errand}",
        kind=MailKind.FOLLOW_UP,
        thread=errand,
        principal=user,
        principal_team=own_team,
        text=text,
        about=about,
    )


def view(trigger_id: str) -> str:
    """Our own name for the modal that a press opens, so that a worker finds it without being told Slack's."""
    return f"follow-up-{ThreadKey.errand('-', '-', trigger_id).root_ts}"
