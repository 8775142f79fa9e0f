"""Does each report of a routed feed reach its desk once, sealed and receipted, whatever is run again?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from liaison.node.models import IncomingCopy, TakenReceipt
from liaison.node.reads.inbox import list_messages, show_message
from liaison.node.reads.register import directory
from liaison.node.reads.routing import Routing
from liaison.node.services.feed_runs import RoutedFeed, route_feed
from liaison.node.services.line.attachments import open_attachment
from liaison.node.services.line.feed_reports import Outcome, Plan, cut_report, send_reports, sent_window
from liaison.node.work.at_once import deliver_at_once
from liaison.routing.directory import RegisterDirectory
from liaison.routing.route import Router
from tests.routing.world import demo_table
from tests.world import World

FEED = b"time,ip\n1,192.0.2.7\n2,198.51.100.9\n3,198.51.100.10\n4,203.0.113.4\n5,10.0.0.1\n"


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.registry.nominate("FR")
    return world


class Folder:
    """Reports in memory."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def append(self, key: str, data: bytes) -> None:
        self.files[key] = self.files.get(key, b"") + data

    def finish(self, names: dict[str, str], others: dict[str, bytes]) -> None:
        self.files = {names[key]: data for key, data in self.files.items()} | others

    def discard(self) -> None:
        self.files = {}


def run(world: World, feed: bytes, *, hours: int = 24) -> tuple[RoutedFeed, Outcome]:
    node = world.nodes["XC"]
    register = directory(node, world.register)
    table = demo_table()
    routing = Routing(Router([table], RegisterDirectory([register])), (table.source,), (register,))
    folder = Folder()
    window = sent_window(node, hours=hours)
    routed = route_feed(routing, [feed], name="feed.csv", now=world.clock.now(), window=window, sink=folder)  # type: ignore[arg-type]
    outcome = send_reports(node, routed, Plan(feed="feed.csv"), read=lambda file: [folder.files[file]])
    deliver_at_once(node, outcome.leases, threads=1)
    world.work()
    return routed, outcome


def test_each_report_arrives_sealed_with_its_rows_and_is_receipted(world: World) -> None:
    _, outcome = run(world, FEED)
    assert (sorted(outcome.sent), outcome.kept) == (["XD-duty.csv", "XE-duty.csv"], {"XC-duty.csv": "report-to-itself"})
    message = list_messages(world.nodes["XD"])[0]
    opened = show_message(world.nodes["XD"], message.message_id)
    assert (opened.fields["rows"], opened.fields["legal"]) == (2, "information-not-an-order")
    rows = open_attachment(world.nodes["XD"], opened.core.attachments[0])
    assert (b"198.51.100.9" in rows, b"203.0.113.4" in rows, b"not a legal order" in rows) == (True, False, True)
    with world.at("XC"):
        assert sorted(TakenReceipt.objects.values_list("n", flat=True)) == [0, 0, 1, 1]


def test_what_was_sent_within_the_window_is_counted_and_not_sent_again(world: World) -> None:
    run(world, FEED)
    routed, outcome = run(world, FEED + b"6,198.51.100.11\n")
    assert list(outcome.sent) == ["XD-duty.csv"]
    assert (routed.summary["already_sent"], routed.summary["routed"]) == (3, 5)
    world.advance(hours=25)
    _, again = run(world, FEED)
    assert len(again.sent) == 2
    with world.at("XD"):
        assert IncomingCopy.objects.filter(verdict="accepted").count() == 3


def test_a_report_is_cut_between_rows_and_each_piece_has_its_head() -> None:
    def report() -> Iterator[bytes]:
        yield b"head\n"
        for number in range(100):
            yield b"row %04d\n" % number

    pieces: Iterable[bytes] = list(cut_report(report(), b"head\n", 100))
    assert all(piece.startswith(b"head\n") and len(piece) <= 100 for piece in pieces)
    assert b"".join(piece.removeprefix(b"head\n") for piece in pieces) == b"".join(list(report())[1:])
