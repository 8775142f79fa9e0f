"""How does the terminal take feeds through: one run a feed, progress on stderr, reports in a folder, then sending?

    reports/                 one feed: its reports          reports/feed.csv/ reports/other/     several: a folder each

Invariants: a run's folder is whole before anything of it is sent; the next feed begins when the last was sent, so
that a row in both goes out once; a document of another program is routed by its indicators.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from liaison.cli.output import UNREACHABLE, note, show
from liaison.cli.route.screen import summary_lines
from liaison.errors import UsageError

if TYPE_CHECKING:
    from liaison.node.node import Node
    from liaison.node.reads.routing import Routing
    from liaison.routing.feeds.shape import Wanted

STDIN_NAME = "stdin"
SECONDS_BETWEEN = 0.5


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
    from liaison.cli.route.sending import Sending
    from liaison.node import wiring
    from liaison.node.services.feeds.runs import route_feed

    name = options["feed_name"] or name_of(feed)
    chunks, wanted = _rows(feed, wanted, options, quiet=as_json)
    sending = Sending(node, routing, name, options) if options["send"] and node is not None else None
    progress = Progress(wiring.clock().monotonic, quiet=as_json)
    routed = route_feed(
        routing,
        chunks,
        name=name,
        now=wiring.clock().now(),
        wanted=wanted,
        window=sending.window() if sending is not None else None,
        sink=wiring.report_folder(place) if place is not None else None,
        progress=progress,
    )
    progress.finish(quiet=as_json)
    value = routed.summary | {"out": str(place) if place else None, "seconds": round(progress.seconds, 3)}
    if not as_json:
        for line in summary_lines(routed.summary, str(place) if place else None, options["window"]):
            click.echo(line)
    if sending is None or place is None:
        return value, False
    outcomes = sending.send(routed, place, quiet=as_json)
    return value | {"sending": outcomes}, any(each["fate"] == "failed" for each in outcomes)


def _rows(feed: str, wanted: Wanted, options: dict[str, Any], *, quiet: bool) -> tuple[Iterable[bytes], Wanted]:
    """What to route: the feed itself, or the indicators of a document unless a format was named."""
    from liaison.exchange.rows import COLUMN
    from liaison.node import wiring
    from liaison.node.services.feeds.documents import as_feed, check_sending_on
    from liaison.routing.feeds.shape import Format, Wanted

    if wanted.format is not None:
        return wiring.read_feed(Path(feed)), wanted
    chunks, document = as_feed(wiring.read_feed(Path(feed)))
    if document is None:
        return chunks, wanted
    if options["send"]:
        check_sending_on(document, options["tlp"])
    if not quiet:
        label = f"TLP:{document.tlp.upper().replace('-', '+')}" if document.tlp else "without a label"
        note(f"{document.format.value} {document.version}, {label}: {len(document.indicators)} indicators, "
             f"{len(document.unclear)} parts not understood.")  # fmt: skip
    return chunks, Wanted(Format.JSON_LINES, None, wanted.column or COLUMN)


def name_of(feed: str) -> str:
    """What a feed is called."""
    return STDIN_NAME if feed == "-" else Path(feed).name.removesuffix(".gz")
