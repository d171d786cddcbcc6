"""Addresses, people and repositories."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from playground.services.github.models import Account, Release, Repository
from playground.services.github.store import GitHub

Json = dict[str, Any]


def time(moment: datetime | None) -> str | None:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def node_id(kind: str, number: int | str) -> str:
    return base64.b64encode(f"{kind}:{number}".encode()).decode()


@dataclass(frozen=True)
class BaseShapes:
    """`base_url` is that of the API, without a slash at the end."""

    hub: GitHub
    base_url: str

    def api(self, repository: Repository, rest: str = "") -> str:
        return f"{self.base_url}/repos/{repository.full_name}{rest}"

    def page(self, repository: Repository, rest: str = "") -> str:
        """Where people would look at it."""
        return f"{self.base_url}/{repository.full_name}{rest}"

    def user(self, login: str) -> Json:
        account = self.hub.account(login)
        return {
            "login": account.login,
            "id": account.id,
            "node_id": node_id("User", account.id),
            "avatar_url": f"{self.base_url}/avatars/{account.login}",
            "url": f"{self.base_url}/users/{account.login}",
            "html_url": f"{self.base_url}/{account.login}",
            "type": "Organization" if account.is_organization else "User",
            "site_admin": False,
        }

    def profile(self, account: Account) -> Json:
        public = [one for one in self.hub.contents.repositories.values() if not one.private]
        return {
            **self.user(account.login),
            "name": account.name,
            "email": account.email or None,
            "company": None,
            "bio": None,
            "public_repos": sum(one.owner == account.login for one in public),
            "public_gists": 0,
            "followers": 0,
            "following": 0,
            "created_at": time(account.created_at),
            "updated_at": time(account.created_at),
        }

    def repository(self, repository: Repository) -> Json:
        url, page = self.api(repository), self.page(repository)
        return {
            "id": repository.id,
            "node_id": node_id("Repository", repository.id),
            "name": repository.name,
            "full_name": repository.full_name,
            "private": repository.private,
            "visibility": "private" if repository.private else "public",
            "owner": self.user(repository.owner),
            "html_url": page,
            "description": repository.description,
            "fork": repository.parent is not None,
            "url": url,
            "created_at": time(repository.created_at),
            "updated_at": time(repository.updated_at),
            "pushed_at": time(repository.pushed_at),
            "git_url": f"git:{page.partition(':')[2]}.git",
            "ssh_url": f"git@{page.partition('//')[2].replace('/', ':', 1)}.git",
            "clone_url": f"{page}.git",
            "default_branch": repository.default_branch,
            "open_issues_count": sum(issue.state == "open" for issue in repository.issues.values()),
            "stargazers_count": 0,
            "forks_count": sum(one.parent == repository.full_name for one in self.hub.contents.repositories.values()),
            "language": None,
            "topics": [],
            "archived": False,
        }

    def fork(self, repository: Repository) -> Json:
        parent = self.hub.named(repository.parent or "")
        original = {"parent": self.repository(parent), "source": self.repository(parent)} if parent else {}
        return {**self.repository(repository), **original}

    def release(self, repository: Repository, release: Release) -> Json:
        return {
            "id": release.id,
            "node_id": node_id("Release", release.id),
            "tag_name": release.tag,
            "name": release.name,
            "body": release.body,
            "draft": False,
            "prerelease": False,
            "author": self.user(release.author),
            "html_url": self.page(repository, f"/releases/tag/{release.tag}"),
            "url": self.api(repository, f"/releases/{release.id}"),
            "created_at": time(release.created_at),
            "published_at": time(release.created_at),
        }
