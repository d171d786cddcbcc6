"""Pull requests, their files, reviews and merging."""

from __future__ import annotations

from playground.services.github import errors
from playground.services.github.acts import pulls, reviews
from playground.services.github.models import Issue
from playground.services.github.rest.call import Answer, Call, Json
from playground.services.github.rest.issues import ordered, state_asked
from playground.services.github.shapes.whole import whole_pull

EVENTS = ("APPROVE", "REQUEST_CHANGES", "COMMENT")
METHODS = ("merge", "squash", "rebase")


async def listed(call: Call) -> Answer:
    repository, state = call.repository, state_asked(call, "PullRequest")
    found = [(issue, pull) for issue, pull in pulls.all_of(call.hub, repository) if state in ("all", issue.state)]
    if base := call.query.get("base"):
        found = [one for one in found if one[1].base == base]
    if head := call.query.get("head"):
        found = [one for one in found if f"{one[1].head_repository.split('/')[0]}:{one[1].head}" == head]
    by_number = {issue.number: pull for issue, pull in found}
    sorted_issues = ordered([issue for issue, _ in found], call)
    return call.paged(sorted_issues, lambda issue: call.shapes.pull(repository, issue, by_number[issue.number]))


async def get(call: Call) -> Answer:
    issue, _ = pulls.get(call.hub, call.repository, call.number)
    return Answer(_whole(call, issue))


async def create(call: Call) -> Answer:
    repository, body = call.repository, call.body
    issue, _ = pulls.create(
        call.hub,
        call.caller,
        repository,
        title=call.text("PullRequest", "title"),
        head=call.text("PullRequest", "head"),
        base=call.text("PullRequest", "base"),
        body=body.get("body"),
        draft=bool(body.get("draft", False)),
        maintainer_can_modify=bool(body.get("maintainer_can_modify", False)),
    )
    return Answer(_whole(call, issue), status=201)


async def change(call: Call) -> Answer:
    body = call.body
    if body.get("state") not in (None, "open", "closed"):
        raise errors.invalid("PullRequest", "state")
    wanted = pulls.Change(
        **{name: body.get(name) for name in ("title", "body", "state", "base", "maintainer_can_modify")}
    )
    issue, _ = pulls.change(call.hub, call.caller, call.repository, call.number, wanted)
    return Answer(_whole(call, issue))


async def files(call: Call) -> Answer:
    repository = call.repository
    _, pull = pulls.get(call.hub, repository, call.number)
    changed = pulls.files(repository, pull)
    return call.paged(changed, lambda change: call.shapes.change(repository, change, pull.head_sha))


async def commits(call: Call) -> Answer:
    repository = call.repository
    _, pull = pulls.get(call.hub, repository, call.number)
    return call.paged(pulls.commits(repository, pull), lambda commit: call.shapes.commit(repository, commit))


async def merge(call: Call) -> Answer:
    body = call.body
    if body.get("merge_method", "merge") not in METHODS:
        raise errors.invalid("PullRequest", "merge_method")
    commit = pulls.merge(
        call.hub,
        call.caller,
        call.repository,
        call.number,
        title=body.get("commit_title"),
        message=body.get("commit_message"),
        method=body.get("merge_method", "merge"),
        sha=body.get("sha"),
    )
    return Answer({"sha": commit.sha, "merged": True, "message": "Pull Request successfully merged"})


async def update_branch(call: Call) -> Answer:
    expected = call.body.get("expected_head_sha")
    repository = call.repository
    pulls.update_branch(call.hub, call.caller, repository, call.number, expected=expected)
    url = call.shapes.api(repository, f"/pulls/{call.number}")
    return Answer({"message": "Updating pull request branch.", "url": url}, status=202)


async def all_reviews(call: Call) -> Answer:
    repository = call.repository
    issue, pull = pulls.get(call.hub, repository, call.number)
    seen = reviews.seen_by(call.caller, pull)
    return call.paged(seen, lambda review: call.shapes.review(repository, issue, review))


async def review(call: Call) -> Answer:
    repository, body = call.repository, call.body
    event = body.get("event")
    if event is not None and event not in EVENTS:
        raise errors.invalid("PullRequestReview", "event")
    made = reviews.create(
        call.hub,
        call.caller,
        repository,
        call.number,
        event=event,
        body=body.get("body") or "",
        commit=body.get("commit_id"),
        remarks=[_remark(one) for one in body.get("comments") or []],
    )
    issue, _ = pulls.get(call.hub, repository, call.number)
    return Answer(call.shapes.review(repository, issue, made))


async def comments(call: Call) -> Answer:
    repository = call.repository
    issue, pull = pulls.get(call.hub, repository, call.number)
    seen = reviews.comments_seen_by(call.caller, pull)
    return call.paged(seen, lambda comment: call.shapes.review_comment(repository, issue, comment))


def _whole(call: Call, issue: Issue) -> Json:
    return whole_pull(call.shapes, call.repository, issue.number, call.caller)


def _remark(given: Json) -> reviews.Remark:
    known = {name: given[name] for name in ("path", "body", "line", "side", "start_line", "position") if name in given}
    if "path" not in known or "body" not in known:
        raise errors.missing("PullRequestReviewComment", "path" if "path" not in known else "body")
    return reviews.Remark(**known)
