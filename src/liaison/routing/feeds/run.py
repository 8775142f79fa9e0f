"""Where does every row of this feed go? Batches through the router into reports, rejects and totals that add up.

    run = FeedRun(router, chunks)
    for part in run.parts():            # Part(desk=Desk(…) or None for rejects, data=bytes to append)
        …
    run.totals()                        # {"rows": 10, "routed": 7, "rejected": 2, "duplicate": 1, …}

Invariants (docs/spec/reports.md):
- rows = routed + rejected + duplicate, and routed = sent + already sent; a run that does not add up raises.
- A row that stood in the feed before, byte for byte (line ends and outer spaces aside), is a duplicate, whatever became
  of the first.
- What the same desk was already sent (digests given by the caller) is counted, not resent.
- Memory: one block and its rows, 8 bytes a distinct row for duplicates, 8 bytes a row sent when digests are asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from liaison.errors import VerificationError
from liaison.routing.claims import Desk
from liaison.routing.columns import Mask
from liaison.routing.feeds.batches import ROW_REFUSALS, Batch
from liaison.routing.feeds.read import FeedReader
from liaison.routing.feeds.reports import (
    desk_key,
    notice,
    reject_frame,
    reject_head,
    reject_row,
    report_head,
    row_frame,
)
from liaison.routing.feeds.seen import SeenRows, contains
from liaison.routing.feeds.shape import Shape, Wanted
from liaison.routing.ranges import I32, U64, Index
from liaison.routing.route import Answer, Router


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes to append to the report of a desk, or (desk None) to the file of rejects."""

    desk: Desk | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Window:
    """What was sent before: the node's secret for digests, and the digests still inside the window."""

    secret: bytes
    sent: bytes = b""
    """Eight bytes a row sent, little-endian, as `FeedRun.sent_digests` gave them."""


@dataclass(slots=True)
class _Counts:
    rows: int = 0
    routed: int = 0
    rejected: int = 0
    duplicate: int = 0
    already_sent: int = 0
    contested: int = 0
    desks: dict[int, list[int]] = field(default_factory=dict)
    answers: dict[int, list[int]] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)


class FeedRun:
    """One feed routed once."""

    def __init__(
        self,
        router: Router,
        chunks: Iterable[bytes],
        *,
        wanted: Wanted | None = None,
        window: Window | None = None,
        sentences: tuple[str, ...] | None = None,
    ) -> None:
        self._router = router
        self._reader = FeedReader(chunks, wanted)
        self._window = window
        self._sent_before = np.sort(np.frombuffer(window.sent if window else b"", dtype="<u8").astype(np.uint64))
        self._sentences = notice() if sentences is None else sentences
        self._seen = SeenRows()
        self._sent_now: list[tuple[I32, U64]] = []
        self._counts = _Counts()
        self._desks: list[Desk] = []
        self._desk_numbers: dict[Desk, int] = {}
        self._before: list[bytes] = []
        self._after: list[bytes] = []
        self._desk_of: list[int] = []
        self._opened: set[int] = set()

    def parts(self) -> Iterator[Part]:
        """Everything to write, in the order of the feed within each report."""
        yield Part(None, reject_head())
        for batch in self._reader.batches():
            yield from self._route(batch)

    @property
    def rows(self) -> int:
        """Rows taken so far."""
        return self._counts.rows

    @property
    def shape(self) -> Shape:
        """How the feed is read; known once it was begun."""
        return self._reader.shape

    @property
    def desks(self) -> list[Desk]:
        """The desks that rows went to, in the order of the totals."""
        return [self._desks[number] for number in sorted(self._counts.desks)]

    def head(self) -> bytes:
        """What every report of this feed begins with; known once a part was taken."""
        return report_head(self._reader.shape, self._reader.header, self._sentences)

    def sent_digests(self, desk: Desk | None = None) -> bytes:
        """Digests of the rows reported in this run (to one desk), to be kept with the time for later windows."""
        number = None if desk is None else self._desk_numbers[desk]
        found = [digests if number is None else digests[desks == number] for desks, digests in self._sent_now]
        return np.concatenate([np.zeros(0, dtype=np.uint64), *found]).astype("<u8").tobytes()

    def answers_of(self, desk: Desk) -> list[tuple[Answer, int]]:
        """Why rows went to a desk, and how many for each reason, most first."""
        rows = [(self._router.answers[number], count) for number, (count, _) in self._counts.answers.items()]
        return sorted((each for each in rows if each[0].desk == desk), key=lambda each: -each[1])

    def _route(self, batch: Batch) -> Iterator[Part]:
        """Steps: (1) answers, (2) duplicates, (3) already sent, (4) count, (5) write."""
        answers = self._answers(batch)
        self._learn()
        ids = np.fromiter(map(hash, batch.rows), dtype=np.int64, count=len(batch.rows)).view(np.uint64)
        fresh = self._seen.first_time(ids)
        desks = np.array(self._desk_of, dtype=np.int32)[answers]
        routed = np.flatnonzero(fresh & (desks >= 0))
        rejected = np.flatnonzero(fresh & (desks < 0))
        resent = self._already_sent(batch, desks, routed)
        self._count(batch, routed=routed, rejected=rejected, answers=answers, desks=desks, resent=resent)
        yield from self._reports(batch, routed[~resent], answers, desks)
        if len(rejected):
            yield Part(None, self._rejects(batch, rejected, answers))

    def _answers(self, batch: Batch) -> I32:
        answers = np.zeros(len(batch.rows), dtype=np.int32)
        readable = np.flatnonzero(batch.refused == 0)
        if len(readable) == len(answers):
            return self._router.answer_column(batch.data, batch.starts, batch.ends)
        answers[readable] = self._router.answer_column(batch.data, batch.starts[readable], batch.ends[readable])
        for number in np.unique(batch.refused[batch.refused > 0]).tolist():
            answers[batch.refused == number] = self._router.refusal(ROW_REFUSALS[number])
        return answers

    def _learn(self) -> None:
        """Frames and desk numbers for answers that came up for the first time."""
        for answer in self._router.answers[len(self._desk_of) :]:
            before, after = row_frame(self._reader.shape, answer)
            self._before.append(before)
            self._after.append(after)
            self._desk_of.append(-1 if answer.desk is None else self._desk_number(answer.desk))

    def _desk_number(self, desk: Desk) -> int:
        number = self._desk_numbers.setdefault(desk, len(self._desks))
        if number == len(self._desks):
            self._desks.append(desk)
        return number

    def _already_sent(self, batch: Batch, desks: I32, routed: Index) -> Mask:
        if self._window is None:
            return np.zeros(len(routed), dtype=np.bool_)
        secret = self._window.secret[:64]
        keys = [hashlib.blake2b(desk_key(desk), digest_size=32, key=secret).digest() for desk in self._desks]
        pairs = zip(routed.tolist(), desks[routed].tolist(), strict=True)
        found = [hashlib.blake2b(batch.rows[row], digest_size=8, key=keys[desk]).digest() for row, desk in pairs]
        digests = np.frombuffer(b"".join(found), dtype="<u8").astype(np.uint64)
        resent = contains(self._sent_before, digests)
        self._sent_now.append((desks[routed[~resent]], digests[~resent]))
        return resent

    def _count(self, batch: Batch, *, routed: Index, rejected: Index, answers: I32, desks: I32, resent: Mask) -> None:
        counts = self._counts
        counts.rows += len(batch.rows)
        _add(counts.answers, answers[routed], 0)
        counts.routed += len(routed)
        counts.rejected += len(rejected)
        counts.duplicate += len(batch.rows) - len(routed) - len(rejected)
        counts.already_sent += int(resent.sum())
        _add(counts.desks, desks[routed], 0)
        _add(counts.desks, desks[routed[resent]], 1)
        for number, count in _counted(answers[rejected]):
            reason = str(self._router.answers[number].refusal)
            counts.reasons[reason] = counts.reasons.get(reason, 0) + count
        contested = np.array([bool(answer.contested) for answer in self._router.answers])
        counts.contested += int(contested[answers[routed]].sum())

    def _reports(self, batch: Batch, rows: Index, answers: I32, desks: I32) -> Iterator[Part]:
        """One part a desk, its rows in the order of the feed."""
        order = rows[np.argsort(desks[rows].astype(np.int16 if len(self._desks) < 32768 else np.int32), kind="stable")]
        taken = answers[order].tolist()
        pieces = [b""] * (3 * len(taken))
        if any(self._before):
            pieces[0::3] = map(self._before.__getitem__, taken)
        pieces[1::3] = map(batch.rows.__getitem__, order.tolist())
        pieces[2::3] = map(self._after.__getitem__, taken)
        present, begins = np.unique(desks[order], return_index=True)
        bounds = [*begins.tolist(), len(order)]
        for place, desk in enumerate(present.tolist()):
            data = b"".join(pieces[3 * bounds[place] : 3 * bounds[place + 1]])
            if desk not in self._opened:
                self._opened.add(desk)
                data = report_head(self._reader.shape, self._reader.header, self._sentences) + data
            yield Part(self._desks[desk], data)

    def _rejects(self, batch: Batch, rows: Index, answers: I32) -> bytes:
        frames = {number: reject_frame(self._router.answers[number]) for number in np.unique(answers[rows]).tolist()}
        columns, raw = (batch.numbers, answers, *batch.places), batch.raw
        rejected = zip(*(column[rows].tolist() for column in columns), strict=True)
        return b"".join([reject_row(line, frames[answer], raw[start:end]) for line, answer, start, end in rejected])

    def totals(self) -> dict[str, object]:
        """The sums of the run as plain JSON values. Raises VerificationError `totals-differ`: a defect of ours."""
        counts = self._counts
        by_desk = sum(rows for rows, _ in counts.desks.values())
        if counts.rows != counts.routed + counts.rejected + counts.duplicate or by_desk != counts.routed:
            raise VerificationError("totals-differ", rows=counts.rows)
        shape = self._reader.shape
        return {
            "rows": counts.rows,
            "routed": counts.routed,
            "rejected": counts.rejected,
            "duplicate": counts.duplicate,
            "sent": counts.routed - counts.already_sent,
            "already_sent": counts.already_sent,
            "contested": counts.contested,
            "skipped_lines": self._reader.skipped,
            "reasons": dict(sorted(counts.reasons.items())),
            "desks": [self._desk_total(number, *rows) for number, rows in sorted(counts.desks.items())],
            "feed": {
                "format": shape.format.value,
                "column": shape.names[shape.column] if shape.names else None,
                "delimiter": shape.delimiter,
            },
        }

    def _desk_total(self, number: int, rows: int, already_sent: int) -> dict[str, object]:
        desk = self._desks[number]
        return {
            "register": desk.register,
            "participant": desk.participant,
            "node": desk.node,
            "desk": desk.desk,
            "standing": desk.standing.value,
            "rows": rows,
            "already_sent": already_sent,
        }


def _add(table: dict[int, list[int]], numbers: I32, position: int) -> None:
    """Count each number into one place of its pair."""
    for number, count in _counted(numbers):
        table.setdefault(number, [0, 0])[position] += count


def _counted(numbers: I32) -> list[tuple[int, int]]:
    """Each number that occurs, and how often."""
    counts = np.bincount(numbers)
    present = np.flatnonzero(counts)
    return list(zip(present.tolist(), counts[present].tolist(), strict=True))
