"""How does the terminal take feeds through: one run a feed, progress on stderr, reports in a folder, then sending?

    reports/                 one feed: its reports          reports/feed.csv/ reports/other/     several: a folder each

Invariants: a run's folder is whole before anything of it is sent; the next feed begins when the last was sent, so
that a row in both goes out once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from liaison.cli.output import UNREACHABLE, note, show
from liaison.cli.route.screen import summary_lines
from liaison.errors import UsageError

if TYPE_CHECKING:
    from liaison.node.node import Node
    from liaison.node.reads.routing import Routing
    from liaison.node.services.feed_runs import RoutedFeed
    from liaison.routing.feeds.run import Window
    from liaison.routing.feeds.shape import Wanted

STDIN_NAME = "stdin"
SECONDS_BETWEEN = 0.5
CHUNK = 1 << 20


class Progress:
    """Rows and rows a second on stderr, where a person watches."""

    def __init__(self, monotonic: Callable[[], float], *, quiet: bool) -> None:
        self._monotonic = monotonic
        self._begun = self._told = monotonic()
        self._watched = not quiet and sys.stderr.isatty()
        self.rows = 0

    def __call__(self, rows: int) -> None:
        """Take note of the rows so far."""
        self.rows = rows
        if self._watched and self._monotonic() - self._told >= SECONDS_BETWEEN:
            self._told = self._monotonic()
            click.echo(f"\r{self._line()}", err=True, nl=False)

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return max(self._monotonic() - self._begun, 1e-6)

    def finish(self, *, quiet: bool) -> None:
        """The last line."""
        if not quiet:
            note(("\r" if self._watched else "") + self._line())

    def _line(self) -> str:
        return f"{self.rows:,} rows in {self.seconds:.1f} s, {self.rows / self.seconds:,.0f} rows a second"


def route_all(
    node: Node | None, routing: Routing, feeds: list[str], wanted: Wanted, *, as_json: bool, **options: Any
) -> int:
    """Route (and send) every feed; the exit code."""
    from liaison.node import wiring

    now = wiring.clock().now()
    places = _places(node, feeds, options, stamp=f"{now:%Y%m%dT%H%M%SZ}")
    values, code = [], 0
    for feed, place in zip(feeds, places, strict=True):
        value, failed = _route(node, routing, feed, place, wanted, as_json=as_json, **options)
        values.append(value)
        code = UNREACHABLE if failed else code
    if as_json:
        show(values[0] if len(values) == 1 else values, (), as_json=True)
    return code


def _places(node: Node | None, feeds: list[str], options: dict[str, Any], *, stamp: str) -> list[Path | None]:
    """Where the reports of each feed go; what is sent is always kept. Raises `UsageError`."""
    out: Path | None = options["out"]
    if out is None and options["send"] and node is not None:
        out = node.home / "reports" / stamp
    if out is None:
        return [None for _ in feeds]
    if out.exists():
        raise UsageError("out-exists", path=str(out))
    if len(feeds) == 1:
        return [out]
    names = [name_of(feed) for feed in feeds]
    return [out / (name if names.count(name) == 1 else f"{number}-{name}") for number, name in enumerate(names, 1)]


def _route(
    node: Node | None, routing: Routing, feed: str, place: Path | None, wanted: Wanted, *, as_json: bool, **options: Any
) -> tuple[dict[str, Any], bool]:
    """One feed: its summary, and whether a report that should have gone out did not."""
    from liaison.node import wiring
    from liaison.node.services.feed_runs import route_feed

    name = options["feed_name"] or name_of(feed)
    window = _window(node, options)
    sink = wiring.report_folder(place) if place is not None else None
    progress = Progress(wiring.clock().monotonic, quiet=as_json)
    routed = route_feed(
        routing,
        wiring.read_feed(Path(feed)),
        name=name,
        now=wiring.clock().now(),
        wanted=wanted,
        window=window,
        sink=sink,
        progress=progress,
    )
    progress.finish(quiet=as_json)
    value = routed.summary | {"out": str(place) if place else None, "seconds": round(progress.seconds, 3)}
    if not as_json:
        for line in summary_lines(routed.summary, str(place) if place else None, options["window"]):
            click.echo(line)
    if node is None or place is None or not options["send"]:
        return value, False
    return value | _send(node, routed, place, name, as_json=as_json, **options), False


def _window(node: Node | None, options: dict[str, Any]) -> Window | None:
    """What was sent of late: only for a run that sends."""
    if node is None or not options["send"]:
        return None
    from liaison.node.services.line.feed_reports import sent_window

    return sent_window(node, hours=options["window"])


def _send(node: Node, routed: RoutedFeed, place: Path, name: str, *, as_json: bool, **options: Any) -> dict[str, Any]:
    """Send every report and make the first attempts; what does not arrive now goes out by itself."""
    from liaison.node.services.line.feed_reports import Plan, send_reports
    from liaison.node.work.at_once import deliver_at_once

    plan = Plan(
        feed=name,
        feed_date=options["feed_date"],
        incident_type=options["incident_type"],
        tlp=options["tlp"],
        sender=options["sender"],
    )
    outcome = send_reports(node, routed, plan, read=lambda file: _chunks(place / file))
    done = deliver_at_once(node, outcome.leases)
    if not as_json:
        waits = len(outcome.leases) - done
        note(f"sent {len(outcome.sent)} reports: {done} received, {waits} waiting in the outbox.")
        for file, why in sorted(outcome.kept.items()):
            note(f"  {file} stays a file: {why}")
    return {"messages": outcome.sent, "received": done, "not_sent": outcome.kept}


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as handle:
        while chunk := handle.read(CHUNK):
            yield chunk


def name_of(feed: str) -> str:
    """What a feed is called."""
    return STDIN_NAME if feed == "-" else Path(feed).name.removesuffix(".gz")
