"""A repository's webhooks: registering, finding and removing them. Whoever is no admin there does not find them.

https://docs.github.com/en/rest/repos/webhooks
"""

from __future__ import annotations

from dataclasses import dataclass

from playground.services.github import errors
from playground.services.github.happenings import Happened
from playground.services.github.models import Hook, HookContent, Repository
from playground.services.github.store import Caller, GitHub

EVENTS = ("issues", "issue_comment", "pull_request", "push")  # those that this GitHub sends
ALL = "*"
MOST = 20  # of a repository for one event


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`base_url` is the address under which the one who registers reaches this server; bodies speak of it."""

    url: str
    content_type: HookContent
    secret: str | None
    insecure_ssl: bool
    events: tuple[str, ...]
    active: bool
    base_url: str


def listed(hub: GitHub, caller: Caller, repository: Repository) -> list[Hook]:
    _must_administer(hub, caller, repository)
    return list(repository.hooks)


def get(hub: GitHub, caller: Caller, repository: Repository, hook_id: int) -> Hook:
    for hook in listed(hub, caller, repository):
        if hook.id == hook_id:
            return hook
    raise errors.not_found()


def create(hub: GitHub, caller: Caller, repository: Repository, wanted: Wanted) -> Hook:
    """It gets a ping at once."""
    _must_administer(hub, caller, repository)
    if unknown := [event for event in wanted.events if event not in (*EVENTS, ALL)]:
        raise errors.custom("Hook", f"These events are not allowed for this hook: {', '.join(unknown)}")
    for hook in repository.hooks:
        if hook.url == wanted.url and set(hook.events) & set(wanted.events):
            raise errors.custom("Hook", "Hook already exists on this repository")
    for event in wanted.events:
        if sum(event in hook.events for hook in repository.hooks) >= MOST:
            raise errors.custom("Hook", f'The "{event}" event cannot have more than {MOST} hooks')
    now = hub.now()
    hook = Hook(
        id=hub.new_id(),
        url=wanted.url,
        content_type=wanted.content_type,
        secret=wanted.secret,
        insecure_ssl=wanted.insecure_ssl,
        events=list(wanted.events),
        active=wanted.active,
        base_url=wanted.base_url,
        created_at=now,
        updated_at=now,
    )
    repository.hooks.append(hook)
    ping(hub, caller, repository, hook)
    return hook


def ping(hub: GitHub, caller: Caller, repository: Repository, hook: Hook) -> None:
    hub.tell(Happened(event="ping", repository=repository, by=caller.login, only=hook))


def delete(hub: GitHub, caller: Caller, repository: Repository, hook_id: int) -> None:
    repository.hooks.remove(get(hub, caller, repository, hook_id))


def _must_administer(hub: GitHub, caller: Caller, repository: Repository) -> None:
    """By `repo` or a scope for hooks; GitHub hides from everybody else that there are any."""
    if not {"repo", "admin:repo_hook"} & caller.scopes or not hub.has(caller.login, repository, "admin"):
        raise errors.not_found()
