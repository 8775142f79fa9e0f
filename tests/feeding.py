"""A node that routes feeds and one whose desk gets the reports, with the way between them and back.

with Feeding(tmp_path, "xarf csv", every=1440) as feeding:     XD's desk publishes how it wants its reports
    feeding.send(feed(1, 2))                                   XC routes rows about addresses of XD, and delivers
    feeding.answer(whole=OfTheWhole(answer="fixed"))           XD answers the newest
"""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path
from typing import Any

from liaison.adapters.reports.report_folder import ReportFolder
from liaison.messages.message import open_message
from liaison.node.models import IncomingCopy
from liaison.node.node import Node
from liaison.node.reads.register import directory
from liaison.node.reads.reports.listing import find_report, list_reports
from liaison.node.reads.routing import Routing
from liaison.node.services.feeds.answering import answer_report
from liaison.node.services.feeds.reports import FeedFacts, Outcome, Report, send_reports, sent_window
from liaison.node.services.feeds.runs import route_feed
from liaison.node.services.line.attachments import open_attachment
from liaison.node.unit_of_work import reading
from liaison.register import bodies
from liaison.register.records import ReportWishes
from liaison.register.vocabulary import ReportFormat
from liaison.routing.directory import RegisterDirectory
from liaison.routing.route import Router
from tests.register.registry import RegisterBuilder, small_register
from tests.routing.world import demo_table
from tests.world import CODES, World

FACTS = FeedFacts(name="blocklist", incident_type="information-gathering:scanner", reference="XC-2026-77")


def asking(builder: RegisterBuilder, code: str, formats: str, *, every: int = 0, largest: int = 8 << 20) -> None:
    """The desk of this code publishes how it wants its reports."""
    wishes = ReportWishes(tuple(map(ReportFormat, formats.split())), every, largest)
    state = builder.view.participant(builder.ids[code])
    assert state is not None
    desk = state.nodes["main"].desks["duty"]
    part = bodies.Part("participants", builder.record(wishes, "participants"))
    body = bodies.DeskPublished(desk.desk, desk.kind, desk.languages, desk.expected, (*desk.parts, part))
    builder.add(builder.drafted(body, code, "main"), f"{code}/main/entry")


class Feeding:
    """XC routes feeds and sends the reports; XD's desk is the one that gets them."""

    def __init__(self, folder: Path, formats: str = "", **wishes: int) -> None:
        builder = small_register(*CODES)
        if formats:
            asking(builder, "XD", formats, **wishes)
        self.world = World(folder, registry=builder)
        self.folder, self.runs = folder, 0

    def __enter__(self) -> Feeding:
        self.world.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self.world.__exit__(*error)

    @property
    def xc(self) -> Node:
        return self.world.nodes["XC"]

    @property
    def xd(self) -> Node:
        return self.world.nodes["XD"]

    def send(self, feed: bytes, *, window: int = 24, deliver: bool = True, **facts: Any) -> list[Outcome]:
        self.runs += 1
        place, given = self.folder / f"run-{self.runs}", dataclasses.replace(FACTS, window=timedelta(hours=window))
        register, table = directory(self.xc, self.world.register), demo_table()
        routing = Routing(Router([table], RegisterDirectory([register])), (table.source,), (register,))
        routed = route_feed(
            routing, [feed], name="feed", now=self.world.clock.now(),
            window=sent_window(self.xc, window=given.window), sink=ReportFolder(place),
        )  # fmt: skip
        totals = {(each["participant"], each["desk"]): each for each in routed.summary["desks"]}
        reports = [
            Report(
                desk=desk, path=place / file, shape=routed.run.shape, head=routed.run.head(),
                rows=totals[desk.participant, desk.desk]["rows"] - totals[desk.participant, desk.desk]["already_sent"],
                counted_only=totals[desk.participant, desk.desk]["already_sent"],
                reasons=tuple(routed.run.answers_of(desk)), row_digests=routed.run.sent_digests(desk),
            )
            for desk, file in routed.files.items()
        ]  # fmt: skip
        found = list(send_reports(self.xc, reports, feed=dataclasses.replace(given, **facts)))
        if deliver:
            self.world.work()
        return found

    def files(self, *, after: int = 0) -> list[tuple[str, bytes]]:
        """Every file that reached XD, in the order of the messages, behind the first `after` of them."""
        with reading(self.xd):
            rows = IncomingCopy.objects.filter(form="resource-report").order_by("pk")[after:]
            texts = [bytes(row.plaintext) for row in rows]
        return [
            (each.name, b"".join(open_attachment(self.xd, each)))
            for text in texts
            for each in open_message(text).core.attachments
        ]

    def report(self, code: str, place: int = 0) -> Any:
        side = "received" if code == "XD" else "sent"
        rows = list_reports(self.world.nodes[code], self.world.desk(code), side=side).rows
        return rows[place]

    def find(self, code: str, message: str) -> Any:
        return find_report(self.world.nodes[code], self.world.desk(code), message)

    def answer(self, *, report: Any = None, **said: Any) -> None:
        answer_report(self.xd, self.world.desk("XD"), report or self.report("XD"), officer=0, **said)


def feed(*hosts: int, extra: str = "") -> bytes:
    """Rows about addresses of XD."""
    return (
        "time,ip,port,note\n" + "".join(f"{at},198.51.100.{at % 250},{at},=n{at}{extra}\n" for at in hosts)
    ).encode()
