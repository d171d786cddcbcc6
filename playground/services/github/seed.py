"""What is there at the beginning: the colleagues' repositories, with history, issues and a pull request.

It is done by the same acts that everybody uses, each at its own time and by its own person, so ids and hashes are the
same at every start.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playground.services.colleagues import COLLEAGUES
from playground.services.github.acts import files, issues, pulls, refs, reviews
from playground.services.github.models import Account, Release, Repository, Status
from playground.services.github.store import Caller, Contents, GitHub

DATA = Path(__file__).with_name("seed.json")
FOUNDED = datetime(2026, 1, 5, 9, tzinfo=UTC)
SCOPES = frozenset({"repo"})
Json = dict[str, Any]


def contents() -> Contents:
    """A fresh copy."""
    return _Sower().sown(json.loads(DATA.read_text(encoding="utf-8")))


class _Sower:
    def __init__(self) -> None:
        self._at = FOUNDED
        self._hub = GitHub(clock=lambda: self._at)

    def sown(self, data: Json) -> Contents:
        for colleague in COLLEAGUES.values():
            self._account(colleague.name, colleague.real_name, email=colleague.email)
        for one in data["organizations"]:
            self._account(one["login"], one["name"], members=one["members"], teams=one["teams"], is_organization=True)
        for one in data["repositories"]:
            self._repository(one)
        return self._hub.contents

    def _account(self, login: str, name: str, **more: Any) -> None:
        account = Account(id=self._hub.new_id(), login=login, name=name, created_at=FOUNDED, **more)
        self._hub.contents.accounts[login] = account

    def _repository(self, data: Json) -> None:
        self._at = _time(data["commits"][0]["at"])
        repository = self._hub.add_repository(
            data["owner"], data["name"], data["roles"], private=data.get("private", False)
        )
        repository.description = data["description"]
        for commit in data["commits"]:
            self._commit(repository, commit, repository.default_branch)
        for tag, message in data.get("tags", {}).items():
            found = (one.sha for one in repository.objects.commits.values() if one.message == message)
            repository.tags[tag] = next(found)
        for branch in data.get("branches", []):
            sha = repository.branches[branch["from"]]
            refs.create(self._hub, self._caller(branch["commits"][0]), repository, f"refs/heads/{branch['name']}", sha)
            for commit in branch["commits"]:
                self._commit(repository, commit, branch["name"])
        for one in data.get("releases", []):
            self._release(repository, one)
        for one in data.get("issues", []):
            self._issue(repository, one)
        for one in data.get("pulls", []):
            self._pull(repository, one)

    def _commit(self, repository: Repository, data: Json, branch: str) -> None:
        written: dict[str, bytes | None] = {path: text.encode() for path, text in data["files"].items()}
        files.push(self._hub, self._caller(data), repository, written, data["message"], branch=branch)

    def _release(self, repository: Repository, data: Json) -> None:
        by = self._caller(data)
        repository.releases.append(
            Release(
                id=self._hub.new_id(),
                tag=data["tag"],
                name=data["name"],
                body=data["body"],
                author=by.login,
                created_at=self._at,
            )
        )

    def _issue(self, repository: Repository, data: Json) -> None:
        issue = issues.create(self._hub, self._caller(data), repository, data["title"], body=data.get("body"))
        # Whoever opened it may not have been allowed to set these; an admin did.
        admin = next(login for login, role in repository.roles.items() if role == "admin")
        sorted_out = issues.Change(labels=data.get("labels", []), assignees=data.get("assignees", []))
        issues.change(self._hub, Caller(admin, SCOPES), repository, issue, sorted_out)
        for comment in data.get("comments", []):
            issues.comment(self._hub, self._caller(comment), repository, issue, comment["body"])
        if closed := data.get("closed"):
            issues.change(self._hub, self._caller(closed), repository, issue, issues.Change(state="closed"))

    def _pull(self, repository: Repository, data: Json) -> None:
        by = self._caller(data)
        words = {name: data[name] for name in ("title", "head", "base", "body")}
        issue, pull = pulls.create(self._hub, by, repository, **words)
        pulls.change(self._hub, by, repository, issue.number, pulls.Change(reviewers=data["reviewers"]))
        for review in data["reviews"]:
            remarks = [reviews.Remark(**remark) for remark in review["remarks"]]
            reviews.create(
                self._hub,
                self._caller(review),
                repository,
                issue.number,
                event=review["event"],
                body=review["body"],
                remarks=remarks,
            )
        for status in data["statuses"]:
            made = Status(id=self._hub.new_id(), created_at=_time(status.pop("at")), **status)
            repository.statuses.setdefault(pull.head_sha, []).append(made)

    def _caller(self, data: Json) -> Caller:
        """Who did it; from now on it is the time at which it was done."""
        self._at = _time(data["at"])
        return Caller(data["by"], SCOPES)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
