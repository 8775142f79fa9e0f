"""How does a feed become a folder: one report a desk, the rejects with reasons, and totals that add up?

    routed = route_feed(routing, read_feed(path), sink=wiring.report_folder(out), name="feed.csv", …)
    out/XC-duty.csv  out/fr-technical.csv  out/rejects.csv  out/summary.json

Invariants:
- Memory does not grow with the feed beyond 8 bytes a row; what stands in no report is never kept.
- The folder appears when the whole feed was read and its totals add up; a feed that ends in an error leaves nothing.
- Needs no node: without registers every code is an unknown desk, and there is one report a code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import msgspec

from liaison.node.reads.routing import Routing
from liaison.routing.claims import Desk
from liaison.routing.feeds.run import FeedRun, Part, Window
from liaison.routing.feeds.shape import Format, Wanted
from liaison.wire.identifiers import format_instant

REJECTS = "rejects.csv"
SUMMARY = "summary.json"
_UNFIT = re.compile(r"[^A-Za-z0-9-]+")


class ReportSink(Protocol):
    """Files under keys that get their names at the end, all of them durable or none."""

    def append(self, key: str, data: bytes) -> None:
        """Add to the file under `key`."""

    def finish(self, names: Mapping[str, str], others: Mapping[str, bytes]) -> None:
        """Name the files, add small ones, make all durable."""

    def discard(self) -> None:
        """Leave nothing."""


@dataclass(frozen=True, slots=True)
class RoutedFeed:
    """A feed that was routed: the run with its reasons, its totals as plain values, and the name of each report."""

    run: FeedRun
    summary: dict[str, Any]
    files: dict[Desk, str] = field(default_factory=dict)


def route_feed(
    routing: Routing,
    chunks: Iterable[bytes],
    *,
    name: str,
    now: datetime,
    wanted: Wanted | None = None,
    window: Window | None = None,
    sink: ReportSink | None = None,
    progress: Callable[[int], None] = lambda rows: None,
) -> RoutedFeed:
    """Route one feed; without a sink it is only counted. `progress` is told the rows taken so far.

    Raises MalformedError or UsageError when the feed cannot be read, VerificationError `totals-differ`, NotNowError.
    """
    run = FeedRun(routing.router, chunks, wanted=wanted, window=window)
    keys: dict[Desk | None, str] = {}
    try:
        for part in run.parts():
            _write(sink, keys, part)
            progress(run.rows)
        files = _names(routing, [desk for desk in keys if desk is not None], _extension(run))
        summary = _summary(routing, run, files, name=name, now=now)
        if sink is not None:
            named = {key: REJECTS if desk is None else files[desk] for desk, key in keys.items()}
            sink.finish(named, {SUMMARY: msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n"})
    except BaseException:
        if sink is not None:
            sink.discard()
        raise
    return RoutedFeed(run, summary, files)


def _write(sink: ReportSink | None, keys: dict[Desk | None, str], part: Part) -> None:
    key = keys.setdefault(part.desk, str(len(keys)))
    if sink is not None:
        sink.append(key, part.data)


def _extension(run: FeedRun) -> str:
    return ".jsonl" if run.shape.format is Format.JSON_LINES else ".csv"


def _names(routing: Routing, desks: Iterable[Desk], extension: str) -> dict[Desk, str]:
    """A file name a desk that says whose it is; where two would be equal, the later gets a number."""
    names: dict[Desk, str] = {}
    taken = {REJECTS.partition(".")[0], SUMMARY.partition(".")[0]}
    for desk in desks:
        stem = name = file_stem(routing, desk)
        number = 1
        while name.lower() in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name.lower())
        names[desk] = name + extension
    return names


def file_stem(routing: Routing, desk: Desk) -> str:
    """`XC-duty` for a desk, `fr-technical` for a nomination, `XC` for a code without a known desk."""
    if desk.participant is None:
        return _UNFIT.sub("-", desk.desk)
    codes = routing.words(desk).codes
    return _UNFIT.sub("-", f"{codes[0] if codes else desk.participant[:8]}-{desk.desk}")


def _summary(routing: Routing, run: FeedRun, files: Mapping[Desk, str], *, name: str, now: datetime) -> dict[str, Any]:
    """The totals, the desks in the order of their codes and never of their rows, and what stands behind the answers."""
    totals: dict[str, Any] = dict(run.totals())
    desks = zip(run.desks, totals["desks"], strict=True)
    told = [_told(routing, desk, total, files.get(desk)) for desk, total in desks]
    totals["desks"] = sorted(told, key=lambda each: (each["codes"], each["desk"]))
    totals["feed"] = {"name": name, **totals["feed"]}
    totals["routed_at"] = format_instant(now.replace(microsecond=0))
    totals["sources"] = [{"name": source.name, "date": source.date} for source in routing.sources]
    totals["registers"] = [{"register": each.register, "rehearsal": each.rehearsal} for each in routing.registers]
    totals["rehearsals_left_out"] = routing.left_out
    return totals


def _told(routing: Routing, desk: Desk, total: dict[str, Any], file: str | None) -> dict[str, Any]:
    words = routing.words(desk)
    return {**total, "name": words.name, "codes": list(words.codes), "rehearsal": words.rehearsal, "file": file}
