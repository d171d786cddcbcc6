"""Repositories: making, forking and deleting them."""

from __future__ import annotations

import re

from playground.services.github import errors
from playground.services.github.acts import files
from playground.services.github.models import Account, Repository
from playground.services.github.store import Caller, GitHub

NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")


def create(
    hub: GitHub,
    caller: Caller,
    name: str,
    *,
    organization: str | None = None,
    description: str | None = None,
    private: bool = False,
    with_readme: bool = False,
) -> Repository:
    owner = _owner(hub, caller, organization)
    if "repo" not in caller.scopes and (private or "public_repo" not in caller.scopes):
        raise errors.not_found()
    if not NAME.fullmatch(name):
        raise errors.invalid("Repository", "name", "custom", message="name is invalid")
    if hub.named(f"{owner.login}/{name}") is not None:
        raise errors.invalid("Repository", "name", "custom", message="name already exists on this account")
    repository = hub.add_repository(owner.login, name, {caller.login: "admin"}, private=private)
    repository.description = description
    if with_readme:
        files.push(hub, caller, repository, {"README.md": f"# {name}\n".encode()}, "Initial commit")
    return repository


def fork(hub: GitHub, caller: Caller, repository: Repository, organization: str | None = None) -> Repository:
    """A copy for the caller. Who forks twice gets the fork that is there."""
    hub.must_write(caller, repository)
    owner = _owner(hub, caller, organization)
    if existing := hub.named(f"{owner.login}/{repository.name}"):
        if existing.parent == repository.full_name:
            return existing
        raise errors.invalid("Repository", "name", "custom", message="name already exists on this account")
    copy = hub.add_repository(owner.login, repository.name, {caller.login: "admin"}, private=repository.private)
    copy.description, copy.parent = repository.description, repository.full_name
    copy.default_branch = repository.default_branch
    copy.objects = repository.objects.model_copy(deep=True)
    copy.branches, copy.tags = dict(repository.branches), dict(repository.tags)
    return copy


def delete(hub: GitHub, caller: Caller, repository: Repository) -> None:
    may_delete(hub, caller, repository)
    hub.remove(repository)


def may_delete(hub: GitHub, caller: Caller, repository: Repository) -> None:
    """Raises a 403 where the token lacks `delete_repo`, or the person is no admin there."""
    if "delete_repo" not in caller.scopes or not hub.has(caller.login, repository, "admin"):
        raise errors.not_an_admin()


def _owner(hub: GitHub, caller: Caller, organization: str | None) -> Account:
    if organization is None:
        return hub.account(caller.login)
    owner = hub.account(organization)
    if not owner.is_organization or caller.login not in owner.members:
        raise errors.ApiError(403, "You need to be a member of this organization.")
    return owner
