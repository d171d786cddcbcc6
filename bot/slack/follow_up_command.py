"""What people type as `/followup`: words for a worker to read, the list, or nothing, which opens the form. No I/O."""

from __future__ import annotations

from bot.slack import follow_up_errands as errands
from bot.slack.commands import Command
from bot.slack.follow_up_clicks import LIST, PAGE
from bot.slack.follow_up_form import Asked
from bot.threads.models import Mail


def typed(command: Command) -> Mail:
    """What was typed after `/followup`, for a worker to read."""
    return _of_command(command, {"do": errands.TYPED}, text=command.text)


def listed(command: Command) -> Mail:
    return _of_command(command, {"do": PAGE, "page": "1", "at": LIST})


def form_of(command: Command) -> tuple[Asked, str, Mail]:
    """What a command's modal is about, our own name for it, and the errand that fills it in."""
    asked = Asked(
        team=command.team_id,
        channel=command.channel_id,
        user=command.user_id,
        response_url=command.response_url,
    )
    view = errands.view(command.trigger_id)
    return asked, view, _of_command(command, {"do": errands.FORM, "asked": asked.dump(), "view": view})


def _of_command(command: Command, about: dict[str, str], text: str = "") -> Mail:
    about = {**about, "response_url": command.response_url}
    return errands.mail(
        command.team_id, command.channel_id, command.trigger_id, command.user_id, command.team_id, about, text
    )
