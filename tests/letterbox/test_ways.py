"""Across a dead letter box, a lost letter and two ways at once: is there exactly one message in the inbox?"""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest

from liaison.messages.letter_box import State
from liaison.node import models
from liaison.node.config import LetterBox
from liaison.node.reads.inbox import list_messages, show_message
from liaison.node.services.care.dealings import check_letter_boxes
from liaison.node.services.care.surroundings import Surroundings
from liaison.node.services.letterbox.collecting import collect_all
from liaison.node.services.letterbox.keeping import expire_letters
from liaison.node.services.letterbox.ways import Lying, try_ways
from liaison.node.services.line.files import export_sealed, import_file
from liaison.node.services.line.sending import send_letter
from liaison.node.services.rotation import KEPT, rotate_all
from liaison.node.unit_of_work import catching_up, close_for_writing, open_for_writing, unit_of_work
from liaison.node.work import circuit
from liaison.node.work.calling import NotSentError
from liaison.register.records import Address, Way
from tests.letterbox.boxes import behind_nat, inbox, kept, name_keeper, obtained, settle_down, states, waiting
from tests.mirrored import START
from tests.world import World

pytestmark = pytest.mark.engine


def lose_all_letters(world: World) -> None:
    """The keeping node loses its disk and comes back without what it kept."""
    with unit_of_work(world.nodes["XE"]):
        models.KeptLetter.objects.all().delete()


def test_a_dead_letter_box_delays_a_message_and_loses_none(tmp_path: Path) -> None:
    with behind_nat(tmp_path) as world:
        world.network.down = {"XE"}
        sent = world.send("XC", "XD")
        settle_down(world)
        assert (inbox(world, "XD"), states(world, "XC")) == ([], ["queued"])
        world.network.down = set()
        settle_down(world)
        assert (inbox(world, "XD"), states(world, "XC")) == ([sent[0].message_id], ["received"])


def test_a_door_that_was_not_tried_for_a_call_beside_it_leads_to_the_letter_box_at_once(tmp_path: Path) -> None:
    with behind_nat(tmp_path, door_too=True) as world:
        node, at = world.nodes["XC"], world.desk("XD").at
        (sent,) = send_letter(node, world.letter("XC", "XD"), leased=True)
        with unit_of_work(node):
            circuit.note_failure(at, "peer-not-reached", world.clock.now(), silent=False)

        def beside_another() -> None:
            raise NotSentError("peer-not-reached")

        with pytest.raises(Lying) as lying:
            try_ways(node, sent.leases[0], by_door=beside_another, by_letter_box=lambda by: State.KEPT)
        assert (lying.value.code, lying.value.door_failed) == ("left-in-letter-box", False)
        with world.at("XC"):
            assert circuit.health(at, world.clock.now()).failures == 1, "nobody spoke with the peer itself"


def test_a_letter_box_that_died_with_a_message_in_it_gets_it_again(tmp_path: Path) -> None:
    with behind_nat(tmp_path) as world:
        sent = world.send("XC", "XD")
        lose_all_letters(world)
        settle_down(world, rounds=6)
        assert (inbox(world, "XD"), states(world, "XC")) == ([sent[0].message_id], ["received"])


def test_a_lost_answer_of_the_letter_box_leaves_the_message_once(tmp_path: Path) -> None:
    with behind_nat(tmp_path) as world:
        world.network.lose_answers["XE"] = 1
        world.send("XC", "XD")
        assert kept(world) == [("message", "kept")]
        settle_down(world)
        assert (len(inbox(world, "XD")), kept(world), states(world, "XC")) == (
            1,
            [("message", "fetched")],
            ["received"],
        )


def test_a_node_that_names_a_mailbox_too_is_written_to_by_its_letter_box(tmp_path: Path) -> None:
    mailbox = Address(way=Way.MAIL, at="duty@xd.example", by=None)
    with behind_nat(tmp_path, more=(mailbox,)) as world:
        sent = world.send("XC", "XD")
        settle_down(world)
        assert (inbox(world, "XD"), states(world, "XC")) == ([sent[0].message_id], ["received"])


def test_a_door_that_comes_back_and_a_letter_box_carry_one_message(tmp_path: Path) -> None:
    with behind_nat(tmp_path, door_too=True) as world:
        world.network.down = {"XD"}
        sent = world.send("XC", "XD")
        assert waiting(world, "XC") == ["message left-in-letter-box"]
        world.network.down = set()
        world.advance(minutes=2)
        world.work("XC")
        assert (states(world, "XC"), obtained(world, "XC")) == (["received"], ["answer"])
        collect_all(world.nodes["XD"])
        world.work("XD")
        assert (inbox(world, "XD"), obtained(world, "XC")) == ([sent[0].message_id], ["answer"])
        assert kept(world) == [("message", "fetched")]


def test_a_file_by_hand_and_a_letter_box_carry_one_message(tmp_path: Path) -> None:
    with behind_nat(tmp_path) as world:
        sent = world.send("XC", "XD")
        _, pieces = export_sealed(world.nodes["XC"], sent[0].message_id)
        imported = import_file(world.nodes["XD"], io.BytesIO(b"".join(pieces)).read)
        collect_all(world.nodes["XD"])
        assert inbox(world, "XD") == [sent[0].message_id]
        import_file(world.nodes["XC"], io.BytesIO(imported.receipt_file or b"").read)
        world.work("XD")
        assert (states(world, "XC"), obtained(world, "XC")) == (["received"], ["file"])


def test_what_was_taken_from_the_letter_box_and_never_receipted_is_left_again(tmp_path: Path) -> None:
    with behind_nat(tmp_path) as world:
        sent = world.send("XC", "XD")
        with unit_of_work(world.nodes["XE"]):  # Somebody with the owner's key took it, or the owner lost it since.
            models.KeptLetter.objects.update(state="fetched", data=b"", at=world.clock.now())
        world.advance(minutes=2)
        world.work("XC")
        assert waiting(world, "XC") == ["message fetched-from-letter-box"]
        world.advance(hours=2)
        settle_down(world)
        assert (inbox(world, "XD"), states(world, "XC")) == ([sent[0].message_id], ["received"])


def test_the_desk_is_told_when_nobody_fetched_it_in_time_and_it_is_left_again(tmp_path: Path) -> None:
    with behind_nat(tmp_path, keeps=LetterBox(days=2)) as world:
        sent = world.send("XC", "XD")
        world.advance(days=2, minutes=1)
        expire_letters(world.nodes["XE"])
        world.work("XC")
        assert waiting(world, "XC") == ["message not-fetched-from-letter-box"]
        with world.at("XC"):
            row = models.LeftLetter.objects.get()
            assert (row.state, row.expired, row.until - row.at) == ("expired", 1, timedelta(0))
        settle_down(world)
        assert (inbox(world, "XD"), states(world, "XC")) == ([sent[0].message_id], ["received"])


def test_a_sealing_key_is_kept_while_a_letter_box_was_not_emptied_since_it_was_replaced(tmp_path: Path) -> None:
    with behind_nat(tmp_path) as world:
        node = world.nodes["XD"]
        with unit_of_work(node):
            models.HeldKey.objects.filter(purpose="sealing").update(retired_at=world.clock.now())
        world.advance(seconds=KEPT.total_seconds() + 60)
        rotate_all(node)
        with world.at("XD"):
            assert models.HeldKey.objects.get(purpose="sealing", retired_at__isnull=False).destroyed_at is None
        collect_all(node)
        rotate_all(node)
        with world.at("XD"):
            assert models.HeldKey.objects.get(purpose="sealing", retired_at__isnull=False).destroyed_at is not None


def test_the_doctor_sees_a_node_that_nobody_can_write_to_and_a_letter_box_that_is_not_emptied(tmp_path: Path) -> None:
    with behind_nat(tmp_path, own_box=False) as world:
        assert doctor(world) == "letter-boxes-missing"
        name_keeper(world, "XD")
        collect_all(world.nodes["XD"])
        assert doctor(world) == "letter-boxes-asked"
        world.network.down = {"XE"}
        world.advance(hours=2)
        collect_all(world.nodes["XD"])
        assert doctor(world) == "letter-boxes-silent"


def test_a_restored_node_fetches_nothing_before_its_operator_lets_it(tmp_path: Path) -> None:
    with behind_nat(tmp_path) as world:
        sent = world.send("XC", "XD")
        with unit_of_work(world.nodes["XD"]):
            close_for_writing(world.nodes["XD"], "2026-11-22T03:02:00Z")
        assert collect_all(world.nodes["XD"]).taken == 0
        assert kept(world) == [("message", "kept")]
        with catching_up(), unit_of_work(world.nodes["XD"]):
            open_for_writing()
        settle_down(world)
        assert inbox(world, "XD") == [sent[0].message_id]


def doctor(world: World) -> str:
    """What the doctor finds about the letter boxes of XD."""
    with world.at("XD"):
        return check_letter_boxes(
            world.nodes["XD"], Surroundings(Path("/run/credential"), (), (), 50, 100, True, "")
        ).code


@pytest.mark.parametrize("door_too", [False, True])
def test_a_full_letter_box_is_said_since_when_and_until_it_takes_again(tmp_path: Path, door_too: bool) -> None:
    with behind_nat(tmp_path, door_too=door_too, keeps=LetterBox(letters=4)) as world:
        world.network.down = {"XD"}
        first, second = world.send("XC", "XD"), world.send("XC", "XD")  # One sender has a quarter of it.
        since, to = world.clock.now(), second[0].message_id
        for _ in range(3):
            world.advance(minutes=5)
            world.work("XC")
        (reach,) = show_message(world.nodes["XC"], to).listed.reach
        assert reach.state == "queued" and reach.trial is not None and reach.trial.refused
        assert (reach.trial.last_error, reach.trial.since) == ("letter-box-full", since)
        assert reach.trial.tried >= 3 and reach.trial.next_try > world.clock.now()
        (listed,) = (each for each in list_messages(world.nodes["XC"]) if each.message_id == to)
        assert listed.reach[0].trial == reach.trial
        world.network.down = set()
        settle_down(world, rounds=12)
        assert inbox(world, "XD") == sorted([first[0].message_id, to])
        (reach,) = show_message(world.nodes["XC"], to).listed.reach
        assert (reach.state, reach.trial) == ("received", None)


def test_what_is_met_next_is_said_since_it_was_met(tmp_path: Path) -> None:
    with behind_nat(tmp_path, keeps=LetterBox(letters=4)) as world:
        world.network.down = {"XE"}
        sent = world.send("XC", "XD")[0].message_id
        world.advance(minutes=6)
        world.work("XC")
        down = show_message(world.nodes["XC"], sent).listed.reach[0].trial
        world.network.down = set()
        world.advance(minutes=6)
        world.work("XC")
        lies = show_message(world.nodes["XC"], sent).listed.reach[0].trial
        assert down is not None and lies is not None
        assert (down.last_error, lies.last_error) == ("peer-not-reached", "left-in-letter-box")
        assert (down.since, lies.since) == (START, world.clock.now()) and not down.refused
