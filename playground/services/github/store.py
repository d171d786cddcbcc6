"""All of one GitHub: accounts and repositories, and who may see and change which.

A caller is a login with the scopes of its token. What somebody may not see is `Not Found` for them, as at GitHub; what
they may see and not change is a 403, or again a 404 where the token lacks the scope.
https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import Field

from playground.services.github import errors
from playground.services.github.happenings import Tell, nobody_hears
from playground.services.github.models import Account, Label, Repository, Role, Thing
from playground.services.github.objects import Signature

FIRST_ID = 1001
RANKS: dict[Role | None, int] = {None: 0, "read": 1, "write": 2, "admin": 3}
LABELS = [
    ("bug", "d73a4a", "Something isn't working"),
    ("documentation", "0075ca", "Improvements or additions to documentation"),
    ("enhancement", "a2eeef", "New feature or request"),
    ("good first issue", "7057ff", "Good for newcomers"),
    ("question", "d876e3", "Further information is requested"),
]


@dataclass(frozen=True, slots=True)
class Caller:
    login: str
    scopes: frozenset[str]


class Contents(Thing):
    """What is kept of a GitHub."""

    accounts: dict[str, Account] = Field(default_factory=dict)
    repositories: dict[str, Repository] = Field(default_factory=dict)  # by full name in lower case
    last_id: int = FIRST_ID - 1


class GitHub:
    """`clock` says when something is done, `tell` is told what. Names of accounts and repositories are the same in any
    case."""

    def __init__(self, contents: Contents | None = None, clock: Callable[[], datetime] | None = None) -> None:
        self.contents = contents or Contents()
        self.clock = clock or (lambda: datetime.now(UTC).replace(microsecond=0))
        self.tell: Tell = nobody_hears

    def now(self) -> datetime:
        return self.clock()

    def new_id(self) -> int:
        self.contents.last_id += 1
        return self.contents.last_id

    # ---- accounts

    def account(self, login: str) -> Account:
        for known, account in self.contents.accounts.items():
            if known.lower() == login.lower():
                return account
        raise errors.not_found()

    def accounts(self) -> Iterator[Account]:
        yield from self.contents.accounts.values()

    def signature(self, login: str) -> Signature:
        account = self.account(login)
        return Signature(name=account.name, email=account.email, date=self.now(), login=login)

    # ---- repositories

    def add_repository(self, owner: str, name: str, roles: dict[str, Role], *, private: bool = False) -> Repository:
        now = self.now()
        repository = Repository(
            id=self.new_id(),
            owner=owner,
            name=name,
            private=private,
            roles=roles,
            created_at=now,
            updated_at=now,
            pushed_at=now,
        )
        repository.labels = [
            Label(id=self.new_id(), name=label, color=color, description=said) for label, color, said in LABELS
        ]
        self.contents.repositories[repository.full_name.lower()] = repository
        return repository

    def named(self, full_name: str) -> Repository | None:
        return self.contents.repositories.get(full_name.lower())

    def repository(self, caller: Caller, owner: str, name: str) -> Repository:
        """One that the caller may see."""
        repository = self.named(f"{owner}/{name}")
        if repository is None or not self.sees(caller, repository):
            raise errors.not_found()
        return repository

    def visible(self, caller: Caller) -> list[Repository]:
        return [one for one in self.contents.repositories.values() if self.sees(caller, one)]

    def remove(self, repository: Repository) -> None:
        del self.contents.repositories[repository.full_name.lower()]

    # ---- rights

    def role(self, login: str, repository: Repository) -> Role | None:
        return repository.roles.get(login) or (None if repository.private else "read")

    def has(self, login: str, repository: Repository, role: Role) -> bool:
        return RANKS[self.role(login, repository)] >= RANKS[role]

    def sees(self, caller: Caller, repository: Repository) -> bool:
        if not repository.private:
            return True
        return "repo" in caller.scopes and self.role(caller.login, repository) is not None

    def must_write(self, caller: Caller, repository: Repository) -> None:
        """The token may write here, whatever the person may do. GitHub answers 404 to a token without the scope."""
        if "repo" not in caller.scopes and (repository.private or "public_repo" not in caller.scopes):
            raise errors.not_found()

    def must_push(self, caller: Caller, repository: Repository) -> None:
        """Files, branches and commits. GitHub hides from readers that they could be written."""
        self.must_write(caller, repository)
        if not self.has(caller.login, repository, "write"):
            raise errors.not_found()

    def must_manage(self, caller: Caller, repository: Repository, *, author: str | None = None) -> None:
        """Other people's issues and pull requests; its author may always."""
        self.must_write(caller, repository)
        if caller.login != author and not self.has(caller.login, repository, "write"):
            raise errors.not_an_admin()
