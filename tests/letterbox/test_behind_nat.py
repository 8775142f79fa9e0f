"""Is a node that nobody can call a full participant: one message in the inbox, one receipt at the sender?"""

from __future__ import annotations

from pathlib import Path

import pytest

from liaison.node import models
from liaison.node.services.letterbox.collecting import collect_all
from tests.letterbox.boxes import behind_nat, inbox, kept, obtained, settle_down, states, waiting

pytestmark = pytest.mark.engine


def test_a_notice_waits_in_the_letter_box_until_its_owner_fetches_it_and_the_receipt_goes_to_the_senders_door(
    tmp_path: Path,
) -> None:
    with behind_nat(tmp_path) as world:
        sent = world.send("XC", "XD")
        assert (states(world, "XC"), waiting(world, "XC")) == (["queued"], ["message left-in-letter-box"])
        assert kept(world) == [("message", "kept")]
        assert (collect_all(world.nodes["XD"]).taken, inbox(world, "XD")) == (1, [sent[0].message_id])
        assert kept(world) == [("message", "fetched")]
        world.work("XD")
        assert (states(world, "XC"), obtained(world, "XC")) == (["received"], ["door"])
        assert waiting(world, "XC") == waiting(world, "XD") == []


def test_what_the_owner_sends_goes_straight_and_the_case_goes_on(tmp_path: Path) -> None:
    with behind_nat(tmp_path) as world:
        sent = world.send("XC", "XD")
        settle_down(world)
        world.send("XD", "XC", case=sent[0].case)
        settle_down(world)
        assert states(world, "XC") == states(world, "XD") == ["received"]


def test_two_nodes_behind_nat_talk_through_one_letter_box(tmp_path: Path) -> None:
    with behind_nat(tmp_path, "XC", "XD") as world:
        world.send("XC", "XD")
        settle_down(world)
        assert (states(world, "XC"), len(inbox(world, "XD")), obtained(world, "XC")) == (
            ["received"],
            1,
            ["letter-box"],
        )
        assert waiting(world, "XC") == waiting(world, "XD") == []


def test_a_sender_that_nobody_can_reach_finds_its_receipt_where_it_left_the_message(tmp_path: Path) -> None:
    with behind_nat(tmp_path) as world:
        world.network.down = {"XC"}
        world.send("XC", "XD")
        settle_down(world)
        assert (states(world, "XC"), obtained(world, "XC")) == (["received"], ["letter-box"])
        assert kept(world) == [("message", "fetched"), ("receipt", "fetched")]


def test_the_keeping_node_holds_hashes_and_sealed_bytes_that_it_cannot_open(tmp_path: Path) -> None:
    with behind_nat(tmp_path) as world:
        world.send("XC", "XD")
        with world.at("XE"):
            row = models.KeptLetter.objects.get()
            assert bytes(row.data).startswith(b"age-encryption.org/v1")
            assert b"Scanning" not in bytes(row.data)
            assert not models.IncomingCopy.objects.exists()
