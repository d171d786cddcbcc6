"""All of them in one."""

from __future__ import annotations

from playground.services.github.shapes.git import GitShapes
from playground.services.github.shapes.pulls import PullShapes


class Shapes(GitShapes, PullShapes):
    """`base_url` is that of the API, without a slash at the end."""
