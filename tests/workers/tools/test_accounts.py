"""What a server says of its tools to one account, a person's or a channel's, counts for that account alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.workers.tools.conftest import ADA
from tests.workers.tools.shops import (
    EachChannelItsOwn,
    EachTheirOwn,
    SignsInMeanwhile,
    a_shop_that_knows_accounts,
    a_tool,
)
from workers.tools.definitions import Change
from workers.tools.errors import ToolError
from workers.tools.listing import Listing


async def test_the_list_of_a_person_with_fewer_rights_refuses_nobody_elses_call(tmp_path: Path) -> None:
    """And operators are told of nothing: nothing has changed."""
    people = EachTheirOwn()
    async with a_shop_that_knows_accounts(
        tmp_path, people, U1=[a_tool("look")], U2=[a_tool("look"), a_tool("pay")]
    ) as shop:
        shop.accept(a_tool("look"), a_tool("pay"))
        assert not (await shop.call("look", by="U1")).failed
        assert not (await shop.call("pay", by="U2")).failed
        refused = await shop.call("pay", by="U1")
        assert (refused.failed, refused.ran, shop.calls) == (True, "no", 2)
        assert "not among those that the server gives to this person's sign-in" in refused.text
        assert shop.told == []


async def test_a_difference_in_one_persons_list_is_told_once_but_not_what_they_lack(tmp_path: Path) -> None:
    newer = a_tool("look", "Looks, and pays.")
    lists = {user: [newer, a_tool("wipe")] for user in ("U1", "U2")}
    async with a_shop_that_knows_accounts(tmp_path, EachTheirOwn(), **lists) as shop:
        shop.accept(a_tool("look"), a_tool("pay"))
        for user in ("U1", "U2", "U1"):
            assert "has changed since an operator accepted it" in (await shop.call("look", by=user)).text
        assert "is new there and was not accepted" in (await shop.call("wipe", by="U1")).text
        assert [one.change for one in shop.told] == [Change(added=("wipe",), changed={"look": ("description",)})]


async def test_who_signs_in_while_the_server_is_asked_gets_a_list_of_their_own(tmp_path: Path) -> None:
    """What it says with their sign-in does not become what everybody is compared with."""
    async with a_shop_that_knows_accounts(tmp_path, SignsInMeanwhile(), U1=[a_tool("look")]) as shop:
        listing = Listing(shop.sessions)
        said = await listing.entries(shop.server, ADA)
        assert (list(said.entries), said.to) == (["look"], "person")
        assert listing.said(shop.server) is None
        assert (await listing.entries(shop.server, ADA)).entries is said.entries  # kept, under their sign-in


async def test_the_list_of_a_channel_with_fewer_rights_refuses_no_other_channels_call(tmp_path: Path) -> None:
    """And operators are told of nothing: nothing has changed."""
    both = [a_tool("look"), a_tool("pay")]
    channels = EachChannelItsOwn()
    async with a_shop_that_knows_accounts(tmp_path, channels, C1=[a_tool("look")], C2=both, all=both) as shop:
        shop.accept(*both)
        shop.clock += 3600
        assert not (await shop.call("look", channel="C1")).failed
        refused = await shop.call("pay", channel="C1")
        assert (refused.failed, refused.ran, shop.calls) == (True, "no", 1)
        assert "not among those that the server gives to this channel's account" in refused.text
        for channel in ("C2", "C3"):
            assert not (await shop.call("pay", channel=channel)).failed
        assert await shop.offered() == ["look", "pay"]
        assert shop.told == []


async def test_a_server_that_answers_only_with_a_channels_headers_is_called_from_there(tmp_path: Path) -> None:
    channels = EachChannelItsOwn()
    async with a_shop_that_knows_accounts(tmp_path, channels, C1=[a_tool("look")]) as shop:
        shop.accept(a_tool("look"))
        assert not (await shop.call("look", channel="C1")).failed
        assert (await shop.call("look", channel="C3")).failed
        assert shop.calls == 1


async def test_a_list_read_in_a_channel_counts_neither_elsewhere_nor_for_all(tmp_path: Path) -> None:
    channels = EachChannelItsOwn()
    async with a_shop_that_knows_accounts(tmp_path, channels, C1=[a_tool("look")], C2=[a_tool("pay")]) as shop:
        listing = Listing(shop.sessions)
        for channel, tool in (("C1", "look"), ("C2", "pay"), ("C1", "look")):
            said = await listing.entries(shop.server, replace(ADA, channel=channel))
            assert (list(said.entries), said.to) == ([tool], "channel")
        assert listing.said(shop.server) is None
        with pytest.raises(ToolError):
            await listing.entries(shop.server, replace(ADA, channel="C3"))
