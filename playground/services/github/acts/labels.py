"""The labels of a repository. Names are the same in any case."""

from __future__ import annotations

import re

from playground.services.github import errors
from playground.services.github.models import Label, Repository
from playground.services.github.store import Caller, GitHub

COLOR = re.compile(r"[0-9a-fA-F]{6}")


def find(repository: Repository, name: str) -> Label | None:
    return next((label for label in repository.labels if label.name.lower() == name.lower()), None)


def get(repository: Repository, name: str) -> Label:
    if (label := find(repository, name)) is None:
        raise errors.not_found()
    return label


def ensured(hub: GitHub, repository: Repository, name: str) -> Label:
    if label := find(repository, name):
        return label
    label = Label(id=hub.new_id(), name=name)
    repository.labels.append(label)
    return label


def create(
    hub: GitHub, caller: Caller, repository: Repository, name: str, *, color: str, description: str = ""
) -> Label:
    hub.must_manage(caller, repository)
    if find(repository, name):
        raise errors.invalid("Label", "name", "already_exists")
    label = Label(id=hub.new_id(), name=name, color=_color(color), description=description)
    repository.labels.append(label)
    return label


def change(
    hub: GitHub,
    caller: Caller,
    repository: Repository,
    name: str,
    *,
    new_name: str | None = None,
    color: str | None = None,
    description: str | None = None,
) -> Label:
    hub.must_manage(caller, repository)
    label = get(repository, name)
    for issue in repository.issues.values():
        issue.labels = [new_name or label.name if one == label.name else one for one in issue.labels]
    label.name = new_name or label.name
    label.color = label.color if color is None else _color(color)
    label.description = label.description if description is None else description
    return label


def delete(hub: GitHub, caller: Caller, repository: Repository, name: str) -> None:
    hub.must_manage(caller, repository)
    label = get(repository, name)
    repository.labels.remove(label)
    for issue in repository.issues.values():
        issue.labels = [one for one in issue.labels if one != label.name]


def _color(given: str) -> str:
    if not COLOR.fullmatch(given):
        raise errors.invalid("Label", "color")
    return given.lower()
