"""What can a flood, a liar, a stranger or a replay do to a letter box? Nothing that anybody else would notice."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connections

from liaison.errors import MalformedError, NotNowError, UsageError
from liaison.keys.public import Purpose
from liaison.messages.letter_box import MOST_ON_A_PAGE, KeptNote, Kind, Letter, Page, State, Terms, sign_note
from liaison.node import models
from liaison.node.config import LetterBox as KeepingTerms
from liaison.node.reads.memory import own_memory
from liaison.node.services.letterbox.collecting import collect_all
from liaison.node.services.letterbox.keeper import LetterBox, Noted, own_box
from liaison.node.unit_of_work import unit_of_work
from liaison.peer.requests import DoorRequest
from liaison.wire.byte_ranges import ByteRange
from liaison.wire.canonical import encode_struct
from liaison.wire.http import HttpAnswer, HttpRequest
from liaison.wire.identifiers import digest
from tests.letterbox.boxes import KEEPER, at, behind_nat, inbox, kept, settle_down, states, waiting
from tests.world import World

pytestmark = pytest.mark.engine


TERMS = KeepingTerms(letters=8, mebibytes=1)


@pytest.fixture(scope="module")
def one_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with behind_nat(tmp_path_factory.mktemp("hostile"), keeps=TERMS) as world:
        yield world


@pytest.fixture
def world(one_world: World) -> World:
    """Nodes that have not said a word, and an empty letter box."""
    with unit_of_work(one_world.nodes[KEEPER]):
        models.KeptLetter.objects.all().delete()
    return one_world


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[World]:
    """Nodes for a story of their own."""
    with behind_nat(tmp_path, keeps=TERMS) as world:
        yield world


def box(world: World, who: str) -> LetterBox:
    """XE's letter boxes as a node of this State speaks to them."""
    return own_box(world.nodes[who], world.register, at(world, who), at(world, KEEPER))


def leave(world: World, who: str, data: bytes, *, to: str = "XD", kind: Kind = Kind.MESSAGE) -> Noted:
    there = box(world, who)
    return there.leave(there.left(at(world, to), kind, digest(data)), data)


def test_one_sender_fills_its_share_and_leaves_room_for_the_others(world: World) -> None:
    assert [leave(world, "XC", bytes([n]) * 9).note.state for n in range(2)] == [State.KEPT] * 2
    with pytest.raises(NotNowError, match="letter-box-full"):
        leave(world, "XC", b"one too many")
    assert leave(world, KEEPER, b"of another").note.state is State.KEPT
    assert len(kept(world)) == 3


def test_more_bytes_than_the_share_are_not_now_and_leave_no_trace(world: World) -> None:
    leave(world, "XC", b"x" * (200 << 10))
    with pytest.raises(NotNowError, match="letter-box-full"):
        leave(world, "XC", b"y" * (100 << 10))
    assert len(kept(world)) == 1


def test_an_attachment_counts_with_its_whole_size_from_its_first_piece_on(world: World) -> None:
    there = box(world, "XC")
    left = there.left(at(world, "XD"), Kind.ATTACHMENT, digest(b"large"))
    with pytest.raises(NotNowError, match="letter-box-full"):
        there.leave_piece(left, ByteRange(0, 5), 7 << 30, b"large")
    assert kept(world) == []


def test_pieces_that_are_not_what_was_announced_are_thrown_away(world: World) -> None:
    there = box(world, "XC")
    left = there.left(at(world, "XD"), Kind.ATTACHMENT, digest(b"what was announced"))
    assert there.leave_piece(left, ByteRange(0, 5), 10, b"12345") == 5
    assert there.leave_piece(left, ByteRange(0, 5), 10, b"12345") == 5  # Again, and from the wrong place.
    assert there.leave_piece(left, ByteRange(7, 9), 10, b"89") == 5
    with pytest.raises(MalformedError, match="letter-box-refused"):  # Another size than at first.
        there.leave_piece(left, ByteRange(5, 10), 11, b"67890")
    with pytest.raises(MalformedError, match="letter-box-refused"):  # The whole has another hash.
        there.leave_piece(left, ByteRange(5, 10), 10, b"67890")
    assert kept(world) == []
    assert not world.nodes[KEEPER].blobs.has(digest(b"1234567890"))


LYING = ("bytes 0-4/3", "bytes 0-9/10", "bytes=0-4", "", "bytes 4-0/10", "bytes 0-4/99999999999")


def test_a_length_that_lies_is_refused_and_leaves_no_trace(world: World) -> None:
    there, owner, keeper = box(world, "XC"), at(world, "XD").participant, at(world, KEEPER).participant
    path = f"/letter-boxes/{owner}/main/attachments/{'a' * 64}?by={keeper}/main"
    for header in LYING:
        assert there.ask(path=path, body=b"12345", headers={"content-range": header}).status == 400
    assert kept(world) == []


def test_who_has_no_letter_box_here_learns_what_anybody_learns(world: World) -> None:
    with pytest.raises(UsageError, match="letter-box-not-agreed"):
        leave(world, "XC", b"for itself", to="XC")
    with pytest.raises(UsageError, match="letter-box-not-agreed"):
        leave(world, "XD", b"a receipt for nothing", to="XC", kind=Kind.RECEIPT)
    assert box(world, "XC").page(0) == Page((), None, None)
    assert box(world, "XD").page(0).terms == Terms(8, 1 << 20, 14)


def test_a_stranger_neither_lists_nor_fetches_nor_ends_what_is_kept_for_another(world: World) -> None:
    noted = leave(world, "XC", b"for XD")
    (letter,) = box(world, "XD").page(0).letters
    for stranger in ("XC", KEEPER):
        there = box(world, stranger)
        assert there.page(0).letters == ()
        with pytest.raises(MalformedError, match="letter-box-refused"):
            there.fetch(letter)
        there.end(letter.number)
        left = there.left(at(world, "XD"), Kind.MESSAGE, noted.note.sealed)
        assert (there.state(left) is None) is (stranger != "XC")
    assert box(world, "XD").fetch(letter) == b"for XD"
    assert kept(world) == [("message", "kept")]


def test_the_same_letter_left_by_many_at_one_moment_is_kept_once(world: World) -> None:
    def one(_: int) -> State:
        try:
            return leave(world, "XC", b"the same").note.state
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(one, range(8))) == {State.KEPT}
    assert kept(world) == [("message", "kept")]


def test_a_request_that_was_recorded_is_worth_nothing_later(world: World) -> None:
    leave(world, "XC", b"for XD")
    (letter,) = box(world, "XD").page(0).letters
    box(world, "XD").end(letter.number)
    *_, (_, recorded) = world.network.requests
    assert recorded.method == "DELETE"
    leave(world, "XC", b"for XD")
    assert world.network.ask("xe.example:8443", recorded).status == 204  # It names what ended, and ends nothing else.
    world.advance(minutes=6)
    assert world.network.ask("xe.example:8443", recorded).status == 403
    assert kept(world) == [("message", "fetched"), ("message", "kept")]


def test_a_message_that_is_left_again_by_a_replay_arrives_once(fresh: World) -> None:
    fresh.send("XC", "XD")
    left = next(request for _, request in fresh.network.requests if request.path.startswith("/letter-boxes/"))
    settle_down(fresh)
    assert fresh.network.ask("xe.example:8443", left).status == 200
    settle_down(fresh)
    assert (len(inbox(fresh, "XD")), states(fresh, "XC"), waiting(fresh, "XD")) == (1, ["received"], [])


def lying(world: World, change: object) -> None:
    """Have XE answer through `change`, which gets the request and the true answer."""
    ask = world.network.ask

    def answered(host: str, request: HttpRequest) -> HttpAnswer:
        answer = ask(host, request)
        return change(request, answer) if host.startswith("xe") else answer  # type: ignore[operator]

    world.network.ask = answered  # type: ignore[method-assign]


def test_a_keeping_node_that_alters_a_letter_is_found_out_and_the_letter_stays(fresh: World) -> None:
    fresh.send("XC", "XD")

    def altered(request: HttpRequest, answer: HttpAnswer) -> HttpAnswer:
        fetched = request.method == "GET" and request.path.startswith("/letters/")
        return HttpAnswer(200, answer.body[:-1] + b"!", answer.headers) if fetched else answer

    lying(fresh, altered)
    assert collect_all(fresh.nodes["XD"]).left == 1
    assert (inbox(fresh, "XD"), kept(fresh)) == ([], [("message", "kept")])


def test_a_keeping_node_that_lists_what_it_likes_makes_no_message_and_stops_no_other(fresh: World) -> None:
    forged = b"age-encryption.org/v1\n not sealed to anybody"
    letter = Letter(7, Kind.MESSAGE, at(fresh, "XC"), digest(forged), len(forged), "2026-12-06T03:02:11Z")

    def listing(request: HttpRequest, answer: HttpAnswer) -> HttpAnswer:
        if request.path.startswith("/letters?"):
            return HttpAnswer(200, encode_struct(Page((letter,), None, None)), answer.headers)
        return HttpAnswer(200, forged, {}) if request.path.startswith("/letters/7") else answer

    lying(fresh, listing)
    collect_all(fresh.nodes["XD"])
    fresh.work("XD")
    assert inbox(fresh, "XD") == []
    with fresh.at("XD"):
        receipt = models.GivenReceipt.objects.get()
        assert (receipt.incoming, receipt.to_participant) == (None, at(fresh, "XC").participant)
    assert (states(fresh, "XC"), waiting(fresh, "XD")) == ([], [])


def test_letters_that_nobody_can_take_hide_none_behind_them_on_a_slow_line(tmp_path: Path) -> None:
    with behind_nat(tmp_path) as world:
        for number in range(MOST_ON_A_PAGE):
            leave(world, "XC", f"no receipt {number}".encode(), kind=Kind.RECEIPT)
        sent = world.send("XC", "XD")

        def slowly(_: str, request: HttpRequest) -> HttpRequest:
            world.advance(seconds=1 if request.method == "GET" else 0)
            return request

        world.network.change = slowly
        assert collect_all(world.nodes["XD"]).taken == 0
        assert collect_all(world.nodes["XD"]).taken == 1
        assert inbox(world, "XD") == [sent[0].message_id]
        with world.at("XD"):
            assert models.OwnLetterBox.objects.get().emptied_at is None


def test_a_note_of_somebody_else_counts_for_nothing(fresh: World) -> None:
    signer = own_memory(fresh.nodes["XC"]).signer(Purpose.MESSAGE, fresh.register, at(fresh, "XC"))

    def noted(request: HttpRequest, answer: HttpAnswer) -> HttpAnswer:
        if request.method != "POST":
            return answer
        note = KeptNote(
            fresh.register, at(fresh, KEEPER), at(fresh, "XD"), at(fresh, "XC"), Kind.MESSAGE,
            digest(request.body), State.KEPT, "2026-11-22T03:02:00Z", "2026-12-06T03:02:00Z",
        )  # fmt: skip
        return HttpAnswer(200, sign_note(note, signer), {})

    lying(fresh, noted)
    fresh.send("XC", "XD")
    assert (states(fresh, "XC"), waiting(fresh, "XC")) == (["queued"], ["message unknown-key"])
    with fresh.at("XC"):
        assert not models.LeftLetter.objects.exists()


def test_an_unsigned_request_is_refused_before_anything_is_looked_up(world: World) -> None:
    paths = [("GET", "/letters"), ("DELETE", "/letters/1"), ("POST", f"/letter-boxes/{'a' * 64}/main/messages")]
    for method, path in paths:
        request = DoorRequest(
            method, "xe.example:8443", path, "?", {"content-length": "0"}, lambda: b"", "198.51.100.1"
        )
        assert world.network.doors[KEEPER].answer(request).status == 400
