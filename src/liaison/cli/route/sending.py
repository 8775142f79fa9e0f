"""How does the terminal send the reports of a run, and tell what became of each?

    Sent as sealed messages: 3
      XD-duty.csv  State XD  120 rows  0192f0c1-…
    Not sent, the reports are in the folder:
      201: only nominated by letter: there is no key to seal to

Invariants: `sent.json` beside the reports says what became of each, and appears when all were tried.
"""

from __future__ import annotations

import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from liaison.cli.message.screen import local_words
from liaison.cli.output import table
from liaison.explanations import explain
from liaison.wire.identifiers import format_instant

if TYPE_CHECKING:
    from liaison.node.node import Node
    from liaison.node.reads.routing import Routing
    from liaison.node.services.feeds.reports import Outcome, Report
    from liaison.node.services.feeds.runs import RoutedFeed
    from liaison.routing.feeds.run import Window

SENT = "sent.json"
WHY_NOT = {
    "nominated": "only nominated by letter: there is no key to seal to",
    "unknown": "no register was asked: the desk is not known",
    "own": "own desk: nothing to send",
    "no-desk-here": "this node has no desk in their register and keeps no mailbox of theirs ('liaison mail keep')",
    "already-sent": "the same report was sent within the window",
}


class Sending:
    """What is the same for all reports of one feed."""

    def __init__(self, node: Node, routing: Routing, name: str, options: dict[str, Any]) -> None:
        from liaison.node.services.feeds.parties import sending_desk
        from liaison.node.services.feeds.reports import FeedFacts, check_feed

        self._node, self._routing = node, routing
        self._sender = options["sender"]
        self._feed = FeedFacts(
            name=name,
            date=options["feed_date"],
            incident_type=options["incident_type"],
            tlp=options["tlp"],
            window=timedelta(hours=options["window"]),
            reference=options["reference"],
        )
        check_feed(self._feed)
        for register in routing.registers:  # so that a wrong --from is told before the feed is read
            sending_desk(node, register.register, self._sender)

    def window(self) -> Window:
        """What was sent before, for the run."""
        from liaison.node.services.feeds.reports import sent_window

        return sent_window(self._node, window=self._feed.window)

    def send(self, routed: RoutedFeed, place: Path, *, quiet: bool) -> list[dict[str, Any]]:
        """Send all reports in the folder; what became of each."""
        from liaison.node.services.feeds.reports import send_reports

        reports = _reports(routed, place)
        outgoing = send_reports(self._node, reports, feed=self._feed, sender=self._sender, leased=True)
        with click.progressbar(
            outgoing, length=len(reports), label="Sending", file=sys.stderr, hidden=quiet or not sys.stderr.isatty()
        ) as outcomes:
            done = list(outcomes)
        values = [self._value(report, outcome) for report, outcome in zip(reports, done, strict=True)]
        self._keep(place, values)
        waiting = self._deliver(done)
        if not quiet:
            for line in _lines(values, waiting):
                click.echo(line)
        return values

    def _deliver(self, outcomes: list[Outcome]) -> int:
        """Make the first attempts; how many could not be delivered now and go out by themselves."""
        from liaison.node.work.at_once import deliver_at_once

        leases = [lease for outcome in outcomes for lease in outcome.leases]
        return len(leases) - deliver_at_once(self._node, leases)

    def _value(self, report: Report, outcome: Outcome) -> dict[str, Any]:
        words = explain(outcome.error) if outcome.error is not None else None
        return {
            "file": report.path.name,
            "name": self._routing.words(report.desk).name,
            "participant": report.desk.participant,
            "node": report.desk.node,
            "desk": report.desk.desk,
            "rows": report.rows,
            "counted_only": report.counted_only,
            "fate": outcome.fate.value,
            "message": outcome.message_id,
            "case": outcome.case,
            "due": format_instant(outcome.due) if outcome.due is not None else None,
            "error": {"code": words.code, "what": words.what, "next": words.next} if words else None,
        }

    @staticmethod
    def _keep(place: Path, values: list[dict[str, Any]]) -> None:
        import msgspec

        from liaison.node import wiring

        wiring.open_folder(place).write({SENT: msgspec.json.format(msgspec.json.encode(values), indent=2) + b"\n"})


def _reports(routed: RoutedFeed, place: Path) -> list[Report]:
    """The reports of a run as they are sent, largest desk first."""
    from liaison.node.services.feeds.reports import Report

    totals = dict(zip(routed.run.desks, _totals(routed), strict=True))
    return [
        Report(
            desk=desk,
            path=place / file,
            shape=routed.run.shape,
            head=routed.run.head(),
            rows=totals[desk]["rows"] - totals[desk]["already_sent"],
            counted_only=totals[desk]["already_sent"],
            reasons=tuple(routed.run.answers_of(desk)),
            row_digests=routed.run.sent_digests(desk),
        )
        for desk, file in sorted(routed.files.items(), key=lambda each: -totals[each[0]]["rows"])
    ]


def _totals(routed: RoutedFeed) -> list[dict[str, Any]]:
    totals: Any = routed.run.totals()["desks"]
    return list(totals)


def _lines(values: list[dict[str, Any]], waiting: int) -> list[str]:
    sent = [value for value in values if value["fate"] == "sent"]
    failed = [value for value in values if value["fate"] == "failed"]
    left = Counter(WHY_NOT[value["fate"]] for value in values if value["fate"] in WHY_NOT)
    held = [value for value in values if value["fate"] == "held"]
    lines = [f"Sent as sealed messages: {len(sent)}"]
    lines += table((f"  {each['file']}", each["name"], f"{each['rows']:,} rows", each["message"]) for each in sent)
    if waiting:
        lines.append(f"  {waiting:,} could not be delivered now and go out by themselves as soon as they can.")
    if held:
        lines.append("Held, because these desks want reports only so often; they go out by themselves:")
        lines += table(
            (f"  {each['file']}", each["name"], f"{each['rows']:,} rows", local_words(each["due"])) for each in held
        )
    if left:
        lines.append("Not sent, the reports are in the folder:")
        lines += [f"  {count:,}: {why}" for why, count in left.most_common()]
    for each in failed:
        lines += [f"Failed: {each['file']}: {each['error']['what']}", f"  Next: {each['error']['next']}"]
    return lines
