"""Branches, commits, trees and files."""

from __future__ import annotations

import base64

from playground.services.github.diffs import FileChange
from playground.services.github.models import Repository, Status
from playground.services.github.objects import Commit, Entry, Signature
from playground.services.github.shapes.base import BaseShapes, Json, node_id, time


class GitShapes(BaseShapes):
    def ref(self, repository: Repository, ref: str, sha: str) -> Json:
        return {
            "ref": ref,
            "node_id": node_id("Ref", ref),
            "url": self.api(repository, f"/git/{ref}"),
            "object": {"sha": sha, "type": "commit", "url": self.api(repository, f"/git/commits/{sha}")},
        }

    def branch(self, repository: Repository, name: str) -> Json:
        sha = repository.branches[name]
        return {
            "name": name,
            "commit": {"sha": sha, "url": self.api(repository, f"/commits/{sha}")},
            "protected": False,
        }

    def tag(self, repository: Repository, name: str) -> Json:
        sha = repository.tags[name]
        return {
            "name": name,
            "commit": {"sha": sha, "url": self.api(repository, f"/commits/{sha}")},
            "node_id": node_id("Tag", name),
        }

    def git_commit(self, repository: Repository, commit: Commit) -> Json:
        """As the git database shows it."""
        url = self.api(repository, f"/git/commits/{commit.sha}")
        return {
            "sha": commit.sha,
            "node_id": node_id("Commit", commit.sha),
            "url": url,
            "html_url": self.page(repository, f"/commit/{commit.sha}"),
            "author": _signature(commit.author),
            "committer": _signature(commit.committer),
            "message": commit.message,
            "tree": self._tree_link(repository, commit.tree),
            "parents": [self._parent(repository, sha, "/git/commits") for sha in commit.parents],
        }

    def commit(self, repository: Repository, commit: Commit) -> Json:
        """As a history shows it."""
        return {
            "sha": commit.sha,
            "node_id": node_id("Commit", commit.sha),
            "commit": {
                "author": _signature(commit.author),
                "committer": _signature(commit.committer),
                "message": commit.message,
                "tree": self._tree_link(repository, commit.tree),
                "url": self.api(repository, f"/git/commits/{commit.sha}"),
                "comment_count": 0,
            },
            "url": self.api(repository, f"/commits/{commit.sha}"),
            "html_url": self.page(repository, f"/commit/{commit.sha}"),
            "comments_url": self.api(repository, f"/commits/{commit.sha}/comments"),
            "author": self.user(commit.author.login) if commit.author.login else None,
            "committer": self.user(commit.committer.login) if commit.committer.login else None,
            "parents": [self._parent(repository, sha, "/commits") for sha in commit.parents],
        }

    def tree(self, repository: Repository, sha: str, *, recursive: bool = False) -> Json:
        entries = repository.objects.trees[sha]
        listed = [self._tree_entry(repository, name, entry) for name, entry in entries.items()]
        if recursive:
            listed = [
                self._tree_entry(repository, path, Entry(mode=mode, sha=blob))
                for path, (mode, blob) in repository.objects.files(sha).items()
            ]
        return {**self._tree_link(repository, sha), "tree": listed, "truncated": False}

    def blob(self, repository: Repository, sha: str) -> Json:
        content = repository.objects.blobs[sha]
        return {
            "sha": sha,
            "node_id": node_id("Blob", sha),
            "size": len(content),
            "url": self.api(repository, f"/git/blobs/{sha}"),
            "content": base64.b64encode(content).decode(),
            "encoding": "base64",
        }

    def content(self, repository: Repository, path: str, entry: Entry, ref: str) -> Json:
        """A file or a folder as the contents API lists it; what is in a file is not part of it."""
        is_file = entry.kind == "blob"
        url = self.api(repository, f"/contents/{path}?ref={ref}")
        git_url = self.api(repository, f"/git/{entry.kind}s/{entry.sha}")
        html_url = self.page(repository, f"/{entry.kind}/{ref}/{path}")
        return {
            "type": "file" if is_file else "dir",
            "name": path.rpartition("/")[2],
            "path": path,
            "sha": entry.sha,
            "size": len(repository.objects.blobs[entry.sha]) if is_file else 0,
            "url": url,
            "git_url": git_url,
            "html_url": html_url,
            "download_url": f"{self.base_url}/raw/{repository.full_name}/{ref}/{path}" if is_file else None,
            "_links": {"self": url, "git": git_url, "html": html_url},
        }

    def change(self, repository: Repository, change: FileChange, ref: str) -> Json:
        return {
            "sha": change.sha,
            "filename": change.path,
            "status": change.status,
            "additions": change.additions,
            "deletions": change.deletions,
            "changes": change.additions + change.deletions,
            "blob_url": self.page(repository, f"/blob/{ref}/{change.path}"),
            "raw_url": self.page(repository, f"/raw/{ref}/{change.path}"),
            "contents_url": self.api(repository, f"/contents/{change.path}?ref={ref}"),
            **({"patch": change.patch} if change.patch is not None else {}),
        }

    def status(self, repository: Repository, sha: str, status: Status) -> Json:
        return {
            "url": self.api(repository, f"/statuses/{sha}"),
            "id": status.id,
            "node_id": node_id("Status", status.id),
            "state": status.state,
            "description": status.description or None,
            "target_url": None,
            "context": status.context,
            "created_at": time(status.created_at),
            "updated_at": time(status.created_at),
        }

    def combined_status(self, repository: Repository, sha: str) -> Json:
        statuses = repository.statuses.get(sha, [])
        states = {status.state for status in statuses}
        worst = "failure" if states & {"failure", "error"} else "success" if states == {"success"} else "pending"
        return {
            "state": worst,
            "statuses": [self.status(repository, sha, status) for status in statuses],
            "sha": sha,
            "total_count": len(statuses),
            "repository": self.repository(repository),
            "commit_url": self.api(repository, f"/commits/{sha}"),
            "url": self.api(repository, f"/commits/{sha}/status"),
        }

    def _tree_link(self, repository: Repository, sha: str) -> Json:
        return {"sha": sha, "url": self.api(repository, f"/git/trees/{sha}")}

    def _parent(self, repository: Repository, sha: str, where: str) -> Json:
        return {
            "sha": sha,
            "url": self.api(repository, f"{where}/{sha}"),
            "html_url": self.page(repository, f"/commit/{sha}"),
        }

    def _tree_entry(self, repository: Repository, path: str, entry: Entry) -> Json:
        blob = entry.kind == "blob"
        return {
            "path": path,
            "mode": entry.mode,
            "type": entry.kind,
            "sha": entry.sha,
            **({"size": len(repository.objects.blobs[entry.sha])} if blob else {}),
            "url": self.api(repository, f"/git/{entry.kind}s/{entry.sha}"),
        }


def _signature(signature: Signature) -> Json:
    return {"name": signature.name, "email": signature.email, "date": time(signature.date)}
