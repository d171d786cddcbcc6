"""The handlers of `/v1/libraries`: libraries, and with whom they are shared."""

from __future__ import annotations

from dataclasses import dataclass

from playground.agents_api.bodies import read
from playground.agents_api.endpoint import Call, Plain
from playground.agents_api.errors import detail, not_found
from playground.agents_api.ids import Json
from playground.agents_api.queries import number
from playground.agents_api.reading import PAGE_MAX
from playground.agents_api.shelves import ORGANISATION, Library, Shelves, user_id
from playground.agents_api.wire.uploads import CreateLibrary, ShareLibrary, ShareWith, UpdateLibrary

PAGE_SIZE = 100


def pagination(total: int, page: int, size: int) -> Json:
    pages = -(-total // size)
    return {
        "total_items": total,
        "total_pages": pages,
        "current_page": page,
        "page_size": size,
        "has_more": page + 1 < pages,
    }


@dataclass(frozen=True, slots=True)
class Libraries:
    shelves: Shelves

    async def create(self, call: Call) -> Plain:
        given = read(CreateLibrary, call.body)
        library = Library(
            owner=call.owner,
            name=given.name,
            description=given.description,
            chunk_size=given.chunk_size,
            owner_type=given.owner_type or "Workspace",
        )
        self.shelves.add(library)
        return Plain(library.shown(), 201)

    async def all(self, call: Call) -> Plain:
        """By page token as today, or by page number as before."""
        query = call.query
        size = number(query, "page_size", PAGE_SIZE, low=1, high=PAGE_SIZE)
        page = number(query, "page", 0, low=0, high=PAGE_MAX)
        start = number(query, "page_token", page * size, low=0, high=PAGE_MAX)
        found = self.shelves.all(call.owner)
        if search := query.get("search"):
            found = [one for one in found if search.lower() in one.name.lower()]
        if query.get("filter_owned_by_me", "").lower() == "true":
            found = [one for one in found if one.owner == call.owner]
        following = str(start + size) if start + size < len(found) else None
        return Plain(
            {
                "data": [one.shown() for one in found[start : start + size]],
                "next_page_token": following,
                "pagination": pagination(len(found), start // size, size),
            }
        )

    async def get(self, call: Call) -> Plain:
        return Plain(self._found(call).shown())

    async def update(self, call: Call) -> Plain:
        library = self._found(call, least="Editor")
        given = read(UpdateLibrary, call.body)
        if given.name is not None:
            library.name = given.name
        if "description" in given.model_fields_set:
            library.description = given.description
        library.changed()
        return Plain(library.shown())

    async def delete(self, call: Call) -> Plain:
        library = self._found(call, least="Owner")
        self.shelves.remove(library.id, call.owner)
        return Plain(library.shown())

    async def shares(self, call: Call) -> Plain:
        library = self._found(call)
        owner = shared(library, "Owner", {"share_with_uuid": user_id(library.owner), "share_with_type": "User"})
        return Plain({"data": [owner, *library.shares]})

    async def share(self, call: Call) -> Plain:
        """Share, or change the level of who has a share already."""
        library = self._found(call, least="Owner")
        given = read(ShareLibrary, call.body)
        if given.share_with_uuid == user_id(library.owner):
            raise detail(400, "The owner of a library has every right already")
        kept = [one for one in library.shares if not same(one, given)]
        share = shared(library, given.level, given.model_dump(mode="json"))
        library.shares = [*kept, share]
        return Plain(share)

    async def unshare(self, call: Call) -> Plain:
        library = self._found(call, least="Owner")
        given = read(ShareWith, call.body)
        share = next((one for one in library.shares if same(one, given)), None)
        if share is None:
            raise not_found("Share", given.share_with_uuid)
        library.shares.remove(share)
        return Plain(share)

    def _found(self, call: Call, *, least: str = "Viewer") -> Library:
        return self.shelves.find(call.path["library_id"], call.owner, least=least)


def shared(library: Library, role: str, who: Json) -> Json:
    return {
        "library_id": library.id,
        "user_id": who["share_with_uuid"] if who["share_with_type"] == "User" else None,
        "org_id": ORGANISATION,
        "role": role,
        "share_with_type": who["share_with_type"],
        "share_with_uuid": who["share_with_uuid"],
    }


def same(share: Json, given: ShareWith) -> bool:
    return (share["share_with_uuid"], share["share_with_type"]) == (given.share_with_uuid, given.share_with_type)
