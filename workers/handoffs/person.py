"""The function with which an agent hands its thread to a person: what the model sees of it, and what it may say.

Agents whose file has an `escalation` list are offered it, as a direct model and as an object. It is never run like
another function: calling it parks the turn until a person has resolved it (`workers/turn/person.py`).
"""

from __future__ import annotations

import json
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.catalog.policy import Policy
from workers.tools.functions import tool

Urgency = Literal["low", "normal", "high"]


@tool(policy=Policy.AUTO)
async def hand_to_person(reason: str, urgency: Urgency = "normal") -> str:
    """Hand this thread to a person of the team, when you cannot or must not go on yourself.

    Say in `reason`, in one or two sentences, what the person has to know and do. The people in charge are called; one
    of them takes over and talks with everybody here. You get their words as the result and go on from there.
    """
    raise RuntimeError("a turn hands its thread to a person itself")


BUILT_IN = (hand_to_person,)  # the functions that come with the product


class Wish(BaseModel):
    """The arguments of a call."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: str = Field(min_length=1)
    urgency: Urgency = "normal"


def read(arguments: str) -> Wish | str:
    """What the agent asks for, or what is wrong with it, for the model."""
    try:
        return Wish.model_validate(json.loads(arguments or "{}"))
    except ValidationError as exc:
        wrong = "; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in exc.errors())
        return f"Error: wrong arguments for {hand_to_person.__name__}: {wrong}"
    except (ValueError, RecursionError):
        return f"Error: the arguments for {hand_to_person.__name__} are not valid JSON. Send one JSON object."
