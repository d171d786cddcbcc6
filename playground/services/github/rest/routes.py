"""Every operation of the REST face: method, path, the name that faults and the log use, and who answers."""

from __future__ import annotations

from playground.services.github.rest import contents, git, hooks, issues, pulls, repositories, search
from playground.services.github.rest.endpoint import Handler

REPO = "/repos/{owner}/{repo}"
ISSUE, PULL = f"{REPO}/issues/{{number:int}}", f"{REPO}/pulls/{{number:int}}"
HOOK = f"{REPO}/hooks/{{hook:int}}"

Operation = tuple[str, str, str, Handler]

USERS: list[Operation] = [
    ("GET", "/user", "user.get", repositories.me),
    ("GET", "/user/repos", "user.repos", repositories.mine),
    ("POST", "/user/repos", "repos.create", repositories.create),
    ("POST", "/orgs/{org}/repos", "repos.create", repositories.create),
    ("GET", "/users/{login}", "users.get", repositories.user),
    ("GET", "/search/repositories", "search.repositories", search.repositories),
    ("GET", "/search/issues", "search.issues", search.issues),
    ("GET", "/search/users", "search.users", search.users),
    ("GET", "/search/code", "search.code", search.code),
]
REPOSITORIES: list[Operation] = [
    ("GET", REPO, "repos.get", repositories.get),
    ("DELETE", REPO, "repos.delete", repositories.delete),
    ("POST", f"{REPO}/forks", "repos.fork", repositories.fork),
    ("GET", f"{REPO}/branches", "branches.list", repositories.branches),
    ("GET", f"{REPO}/branches/{{branch:path}}", "branches.get", repositories.branch),
    ("GET", f"{REPO}/tags", "tags.list", repositories.tags),
    ("GET", f"{REPO}/labels", "labels.list", repositories.all_labels),
    ("GET", f"{REPO}/labels/{{name}}", "labels.get", repositories.label),
    ("GET", f"{REPO}/contents/{{path:path}}", "contents.get", contents.get),
    ("PUT", f"{REPO}/contents/{{path:path}}", "contents.put", contents.put),
    ("DELETE", f"{REPO}/contents/{{path:path}}", "contents.delete", contents.delete),
    ("GET", f"{REPO}/commits", "commits.list", git.commits),
    ("GET", f"{REPO}/commits/{{ref:path}}/status", "commits.status", git.status),
    ("GET", f"{REPO}/commits/{{ref:path}}", "commits.get", git.commit),
    ("GET", f"{REPO}/git/ref/{{ref:path}}", "git.ref", git.ref),
    ("GET", f"{REPO}/git/refs/{{ref:path}}", "git.ref", git.ref),
    ("POST", f"{REPO}/git/refs", "git.create_ref", git.create_ref),
    ("PATCH", f"{REPO}/git/refs/{{ref:path}}", "git.move_ref", git.move_ref),
    ("GET", f"{REPO}/git/trees/{{sha:path}}", "git.tree", git.tree),
    ("POST", f"{REPO}/git/trees", "git.create_tree", git.create_tree),
    ("GET", f"{REPO}/git/commits/{{sha}}", "git.commit", git.git_commit),
    ("POST", f"{REPO}/git/commits", "git.create_commit", git.create_commit),
    ("GET", f"{REPO}/git/blobs/{{sha}}", "git.blob", git.blob),
]
ISSUES: list[Operation] = [
    ("GET", f"{REPO}/issues", "issues.list", issues.listed),
    ("POST", f"{REPO}/issues", "issues.create", issues.create),
    ("GET", ISSUE, "issues.get", issues.get),
    ("PATCH", ISSUE, "issues.update", issues.change),
    ("GET", f"{ISSUE}/comments", "issues.comments", issues.comments),
    ("POST", f"{ISSUE}/comments", "issues.comment", issues.comment),
    ("GET", f"{REPO}/pulls", "pulls.list", pulls.listed),
    ("POST", f"{REPO}/pulls", "pulls.create", pulls.create),
    ("GET", PULL, "pulls.get", pulls.get),
    ("PATCH", PULL, "pulls.update", pulls.change),
    ("GET", f"{PULL}/files", "pulls.files", pulls.files),
    ("GET", f"{PULL}/commits", "pulls.commits", pulls.commits),
    ("PUT", f"{PULL}/merge", "pulls.merge", pulls.merge),
    ("PUT", f"{PULL}/update-branch", "pulls.update_branch", pulls.update_branch),
    ("GET", f"{PULL}/reviews", "pulls.reviews", pulls.all_reviews),
    ("POST", f"{PULL}/reviews", "pulls.review", pulls.review),
    ("GET", f"{PULL}/comments", "pulls.comments", pulls.comments),
]
HOOKS: list[Operation] = [
    ("GET", f"{REPO}/hooks", "hooks.list", hooks.listed),
    ("POST", f"{REPO}/hooks", "hooks.create", hooks.create),
    ("GET", HOOK, "hooks.get", hooks.get),
    ("DELETE", HOOK, "hooks.delete", hooks.delete),
    ("POST", f"{HOOK}/pings", "hooks.ping", hooks.ping),
    ("GET", f"{HOOK}/deliveries", "hooks.deliveries", hooks.deliveries),
    ("GET", f"{HOOK}/deliveries/{{delivery:int}}", "hooks.delivery", hooks.delivery),
    ("POST", f"{HOOK}/deliveries/{{delivery:int}}/attempts", "hooks.redeliver", hooks.again),
]
OPERATIONS = [*USERS, *REPOSITORIES, *ISSUES, *HOOKS]


def accepted_scopes(name: str) -> str:
    """What GitHub says that an operation would take."""
    if name == "repos.delete":
        return "delete_repo"
    if name.startswith("hooks"):
        return "admin:repo_hook, repo"
    return "" if name.startswith(("user", "search")) else "repo"
