"""A local MCP server over stdio, as small as one can be: it makes the weather up, within what the season allows.

Started by the worker, from the entry `weather` in the mcp.json beside it.
"""

from __future__ import annotations

import datetime
import random

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations

YEAR = {"New York": (0, 25), "London": (5, 19), "Paris": (5, 21)}  # degrees Celsius, an average January and July
SPREAD = 4.0  # degrees that a day may differ from its season

server = MCPServer("weather", version="1.0", log_level="ERROR")


@server.tool(title="Weather", annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False))
def get_weather(location: str) -> float:
    """The temperature in New York, London or Paris now, in degrees Celsius."""
    if location not in YEAR:
        raise ToolError(f"There is no weather for {location}; there is for {', '.join(YEAR)}.")
    coldest, warmest = YEAR[location]
    from_july = abs(datetime.datetime.now(datetime.UTC).month - 7) / 6
    return round(warmest - (warmest - coldest) * from_july + random.uniform(-SPREAD, SPREAD), 1)  # noqa: S311  # weather


if __name__ == "__main__":
    server.run()
