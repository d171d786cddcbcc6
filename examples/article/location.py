"""Where people are, made up. FUNCTIONS=examples/article/location.py; an agent lists `tools: [get_location]`."""

from __future__ import annotations

import random

from bot.catalog.policy import Policy
from workers.tools.functions import tool

PLACES = ("New York", "London", "Paris")


@tool(policy=Policy.AUTO, writes=False)
def get_location(name: str) -> str:
    """The city in which a person is now."""
    return random.choice(PLACES)  # noqa: S311  # nobody's secret
