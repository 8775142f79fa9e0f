"""Does every desk with a key get its report once, sealed, whatever stops the sender, and nobody without one?"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections

from liaison.adapters.reports.report_folder import ReportFolder
from liaison.errors import MalformedError, NotNowError, UsageError
from liaison.messages.message import open_message
from liaison.messages.parties import DeskRef
from liaison.node import wiring
from liaison.node.models import IncomingCopy, OutgoingMessage, RecordPart, SentReport, TakenReceipt
from liaison.node.node import Node
from liaison.node.reads.register import directory
from liaison.node.reads.routing import TABLES, Routing, route_one, routing_of
from liaison.node.services.feeds.parties import sending_desk
from liaison.node.services.feeds.reports import (
    FeedFacts,
    Outcome,
    Report,
    check_feed,
    send_reports,
    sent_window,
)
from liaison.node.services.feeds.runs import RoutedFeed, route_feed
from liaison.node.services.line.attachments import open_attachment
from liaison.node.services.resources import TableFormat, keep_table
from liaison.node.unit_of_work import reading
from liaison.register import bodies
from liaison.routing.directory import RegisterDirectory
from liaison.routing.route import Router
from tests.mirrored import START, seed_node
from tests.register.registry import small_register
from tests.routing.world import demo_table
from tests.world import CODES, World

FEED = b"time,ip\n1,198.51.100.7\n2,203.0.113.9\n3,192.0.2.1\n4,198.51.100.8\n5,10.0.0.1\n"
FACTS = FeedFacts(name="blocklist", date="2026-11-22T00:00:00Z", incident_type="information-gathering:scanner")


class Ending(Exception):
    """The process is gone."""


class BlobsThatEnd:
    """A `BlobStore` that ends the process at the nth attachment."""

    def __init__(self, node: Node, after: int) -> None:
        self._blobs, self._left = node.blobs, after

    def put(self, chunks: Iterable[bytes], *, limit: int) -> tuple[str, int]:
        if not self._left:
            raise Ending
        self._left -= 1
        return self._blobs.put(chunks, limit=limit)

    def __getattr__(self, name: str) -> object:
        return getattr(self._blobs, name)


class WakerThatEnds:
    """Ends the process when the outbox was just committed."""

    def wake(self, left: Iterable[str] = ()) -> None:
        raise Ending


@pytest.fixture
def world(tmp_path: Path) -> World:
    """XC, XD and XE with the documentation prefixes; XE claims part of XD's; FR is nominated for nothing here."""
    builder = small_register(*CODES)
    claim = bodies.PrefixClaim(prefix="198.51.100.8/32", desk="duty", evidence=None)
    builder.publish_resources("XE", "XE", prefixes=(claim,))
    builder.nominate("FR")
    made = World(tmp_path, registry=builder)
    files = wiring.open_folder(made.nodes["XC"].home / TABLES)
    keep_table(files, demo_table(), name="demo", form=TableFormat.DELEGATED, taken_from="demo", now=START)
    return made


def small_routing(world: World, node: Node) -> Routing:
    """The registers of a node over documentation space alone, which is built in no time."""
    register, table = directory(node, world.register), demo_table()
    return Routing(Router([table], RegisterDirectory([register])), (table.source,), (register,))


def run(
    world: World, feed: bytes = FEED, *, node: Node | None = None, hours: int = 24, routing: Routing | None = None
) -> RoutedFeed:
    """Route a feed at XC into a fresh folder; nothing is sent."""
    node = node or world.nodes["XC"]
    return route_feed(
        routing or small_routing(world, node),
        [feed],
        name="blocklist",
        now=world.clock.now(),
        window=sent_window(node, window=timedelta(hours=hours)),
        sink=ReportFolder(folder(world)),
    )


def folder(world: World) -> Path:
    place = world.folder / "reports"
    if not hasattr(world, "runs"):
        world.runs = 0  # type: ignore[attr-defined]
    world.runs += 1  # type: ignore[attr-defined]
    return place / str(world.runs)  # type: ignore[attr-defined]


def reports(world: World, routed: RoutedFeed) -> list[Report]:
    place = world.folder / "reports" / str(world.runs)  # type: ignore[attr-defined]
    rows = {(each["participant"], each["desk"]): each for each in routed.summary["desks"]}
    return [
        Report(
            desk=desk,
            path=place / file,
            shape=routed.run.shape,
            head=routed.run.head(),
            rows=rows[desk.participant, desk.desk]["rows"] - rows[desk.participant, desk.desk]["already_sent"],
            counted_only=rows[desk.participant, desk.desk]["already_sent"],
            reasons=tuple(routed.run.answers_of(desk)),
            row_digests=routed.run.sent_digests(desk),
        )
        for desk, file in sorted(routed.files.items(), key=lambda each: each[1])
    ]


def send(world: World, feed: bytes = FEED, *, node: Node | None = None, hours: int = 24) -> dict[str, str]:
    """Route and send at XC: what became of each report by its file."""
    node = node or world.nodes["XC"]
    routed = run(world, feed, node=node, hours=hours)
    facts = dataclasses.replace(FACTS, window=timedelta(hours=hours))
    given = reports(world, routed)
    outcomes: Iterator[Outcome] = send_reports(node, given, feed=facts)
    return {report.path.name: outcome.fate.value for report, outcome in zip(given, outcomes, strict=True)}


def arrived(world: World, code: str) -> list[str]:
    """The rows of all reports in a desk's inbox, without the columns that were added."""
    node, rows = world.nodes[code], []
    with reading(node):
        plaintexts = [bytes(row.plaintext) for row in IncomingCopy.objects.filter(verdict="accepted").order_by("id")]
    for plaintext in plaintexts:
        for attachment in open_message(plaintext).core.attachments:
            lines = b"".join(open_attachment(node, attachment)).decode().splitlines()
            rows += [",".join(each.split(",")[:2]) for each in lines if not each.startswith(("#", "time"))]
    return rows


def test_each_desk_with_a_key_gets_its_rows_sealed_in_a_case_of_its_own(world: World) -> None:
    assert send(world) == {"XC-duty.csv": "own", "XD-duty.csv": "sent", "XE-duty.csv": "sent"}
    world.work()
    assert arrived(world, "XD") == ["1,198.51.100.7", "4,198.51.100.8"]
    assert arrived(world, "XE") == ["2,203.0.113.9"]
    with world.at("XC"):
        assert {receipt.n for receipt in TakenReceipt.objects.all()} == {0, 1}
        messages = list(OutgoingMessage.objects.all())
    assert (len({row.case for row in messages}), len({row.batch for row in messages})) == (2, 1)
    assert {row.form for row in messages} == {"resource-report"}


def test_the_message_says_what_it_is_from_where_and_that_it_is_no_order(world: World) -> None:
    send(world)
    world.work()
    with world.at("XD"):
        message = open_message(bytes(IncomingCopy.objects.get().plaintext))
    assert message.core.exercise
    assert {name: message.fields[name] for name in ("feed", "legal", "rows", "routed_by", "routed_from")} == {
        "feed": "blocklist",
        "legal": "information-not-an-order",
        "rows": 2,
        "routed_by": "allocation XD: 2 rows",
        "routed_from": "delegated-extended demo (2026-11-22)",
    }


def test_what_a_desk_was_sent_within_the_window_is_counted_and_not_sent_again(world: World) -> None:
    send(world)
    world.advance(hours=23)
    assert send(world) == {"XC-duty.csv": "own"}
    assert send(world, FEED + b"6,198.51.100.9\n") == {"XC-duty.csv": "own", "XD-duty.csv": "sent"}
    world.work()
    assert arrived(world, "XD") == ["1,198.51.100.7", "4,198.51.100.8", "6,198.51.100.9"]


def test_the_report_says_how_many_rows_were_only_counted(world: World) -> None:
    send(world)
    routed = run(world, FEED + b"6,198.51.100.9\n")
    assert [(each.rows, each.counted_only) for each in reports(world, routed) if "XD" in each.path.name] == [(1, 2)]


def test_after_the_window_the_same_rows_go_out_again(world: World) -> None:
    send(world)
    world.advance(hours=25)
    assert send(world)["XD-duty.csv"] == "sent"
    with world.at("XC"):
        assert SentReport.objects.count() == 2


def test_a_sender_that_ends_between_writing_and_sending_sends_the_rest_the_next_time(world: World) -> None:
    dying = dataclasses.replace(world.nodes["XC"], blobs=BlobsThatEnd(world.nodes["XC"], after=1))
    with pytest.raises(Ending):
        send(world, node=dying)
    assert send(world) == {"XC-duty.csv": "own", "XE-duty.csv": "sent"}
    world.work()
    assert (len(arrived(world, "XD")), len(arrived(world, "XE"))) == (2, 1)


def test_a_sender_that_ends_right_after_the_commit_never_sends_twice(world: World) -> None:
    dying = dataclasses.replace(world.nodes["XC"], waker=WakerThatEnds())
    with pytest.raises(Ending):
        send(world, node=dying)
    assert send(world) == {"XC-duty.csv": "own", "XE-duty.csv": "sent"}
    world.work()
    assert (len(arrived(world, "XD")), len(arrived(world, "XE"))) == (2, 1)


def test_two_runs_that_began_together_send_a_report_once(world: World) -> None:
    first, node = run(world), world.nodes["XC"]
    mine = reports(world, first)
    second = run(world)
    theirs = reports(world, second)
    assert [outcome.fate.value for outcome in send_reports(node, mine, feed=FACTS)] == ["own", "sent", "sent"]
    again = [outcome.fate.value for outcome in send_reports(node, theirs, feed=FACTS)]
    assert again == ["own", "already-sent", "already-sent"]


def test_two_processes_that_send_at_the_same_moment_send_a_report_once(world: World) -> None:
    node = world.nodes["XC"]
    given = [reports(world, run(world)) for _ in range(2)]
    ready = threading.Barrier(2)

    def sending(mine: list[Report]) -> list[str]:
        ready.wait()
        try:
            return [outcome.fate.value for outcome in send_reports(node, mine, feed=FACTS)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        fates = list(pool.map(sending, given))
    assert [sorted(pair) for pair in zip(*fates, strict=True)] == [["own", "own"], *[["already-sent", "sent"]] * 2]
    with world.at("XC"):
        assert (OutgoingMessage.objects.count(), SentReport.objects.count()) == (2, 2)


def test_nobody_is_written_to_who_has_no_key(world: World) -> None:
    node = world.nodes["XC"]
    (node.home / "overrides.toml").write_text('[[override]]\nresource = "203.0.113.0/24"\ndesk = "FR"\n')
    given = reports(world, run(world, routing=routing_of(node, rehearsal=True)))
    outcomes = send_reports(node, given, feed=FACTS)
    fates = {report.path.name: outcome.fate.value for report, outcome in zip(given, outcomes, strict=True)}
    assert fates == {"XC-duty.csv": "own", "XD-duty.csv": "sent", "fr-technical.csv": "nominated"}


def test_a_contested_claim_is_shown_after_the_desk_of_the_allocation(world: World) -> None:
    answer = route_one(world.nodes["XC"], "198.51.100.8", rehearsal=True)
    assert answer.desk is not None
    assert (answer.desk.participant, answer.basis.value) == (world.registry.ids["XD"], "allocation")
    assert [desk.participant for desk in answer.contested] == [world.registry.ids["XE"]]


def test_a_claim_that_leads_shows_its_entry_and_the_day_of_it(tmp_path: Path, world: World) -> None:
    builder = world.registry
    claim = bodies.PrefixClaim(prefix="203.0.113.0/25", desk="duty", evidence=None)
    builder.publish_resources("XE", "XE", prefixes=(claim,))
    seed_node(world.nodes["XC"], builder, "XC")
    answer = route_one(world.nodes["XC"], "203.0.113.9", rehearsal=True)
    assert (answer.basis.value, answer.ground) == ("claim", "203.0.113.0/25")
    assert answer.date is not None and answer.date.startswith("2026-")


def test_a_rehearsal_is_asked_only_when_it_should_be(world: World) -> None:
    plain = routing_of(world.nodes["XC"])
    assert (plain.registers, plain.left_out) == ((), 1)
    assert routing_of(world.nodes["XC"], rehearsal=True).left_out == 0


def test_a_feed_that_does_not_fit_the_form_is_refused_before_it_is_read() -> None:
    with pytest.raises(MalformedError):
        check_feed(FeedFacts(name="x", date="yesterday"))
    with pytest.raises(MalformedError):
        check_feed(FeedFacts(name="x", incident_type="nothing-known"))


def test_the_desk_that_speaks_is_named_or_the_only_one(world: World) -> None:
    node = world.nodes["XC"]
    assert sending_desk(node, world.register) == DeskRef(world.registry.ids["XC"], "main", "duty")
    assert sending_desk(node, "00" * 32) is None
    with pytest.raises(UsageError):
        sending_desk(node, world.register, "nowhere")


def test_one_desk_whose_record_is_missing_stops_no_other(world: World) -> None:
    entry = directory(world.nodes["XC"], world.register).desk(world.registry.ids["XD"], "duty")
    assert entry is not None
    with world.at("XC"):
        RecordPart.objects.filter(digest=entry.sealing).delete()
    routed = run(world)
    outcomes = list(send_reports(world.nodes["XC"], reports(world, routed), feed=FACTS))
    assert [outcome.fate.value for outcome in outcomes] == ["own", "failed", "sent"]
    assert isinstance(outcomes[1].error, NotNowError)
