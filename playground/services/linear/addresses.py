"""Where things are seen at Linear: their addresses, on this machine."""

from __future__ import annotations

import re

from playground.services.linear.models import Comment, Document, Issue, Project, Thing, User
from playground.services.linear.store import View


def slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def url(view: View, base_url: str, thing: Thing) -> str:
    root = f"{base_url}/{view.linear.url_key}"
    match thing:
        case Issue():
            return f"{root}/issue/{view.identifier(thing)}/{slug(thing.title)}"
        case Comment():
            issue = view.linear.contents.issues[thing.issue_id]
            return f"{url(view, base_url, issue)}#comment-{thing.id[:8]}"
        case Project():
            return f"{root}/project/{slug(thing.name)}-{thing.slug_id}"
        case Document():
            return f"{root}/document/{slug(thing.title)}-{thing.slug_id}"
        case User():
            return f"{root}/profiles/{thing.display_name}"
        case _:
            raise ValueError(f"{type(thing).__name__} has no page of its own")


def branch_name(view: View, issue: Issue) -> str:
    return f"{view.user.display_name}/{view.identifier(issue).lower()}-{slug(issue.title)}"
