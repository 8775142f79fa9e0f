"""Which STIX objects does the collection of a desk hold that programs read by TAXII, and which come behind a place?

    page = read_collection(node, desk, Wanted(limit=100), reader=reader)
    page.records        Record({"type": "ipv4-addr", …}, added=…) …, in the order in which they were added
    page.next           Place(17, 0, 2, 40), or None where nothing follows

Invariants (docs/using/taxii.md):
- The rows of reports (`resource-report`) that this desk accepted within `KEPT`: whole ones only, when all their files
  are here; none that its sender withdrew or that somebody called a false positive, none marked RED, none of a case that
  this reader may not see.
- A report is added when its last file was receipted; it is told `SETTLED` later, so that nothing is ever added behind
  what a program has seen.
- Ids follow from case and row (`exchange.naming`), an object bears the label of its report, and the same object of two
  reports comes with each of them.
- A page costs at most `MOST_BLOCKS` blocks: where a filter leaves little, it is short and names where to go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max

from liaison.errors import LiaisonError, UsageError
from liaison.exchange.stix.writing import stix_objects
from liaison.exchange.values import Report
from liaison.messages.message import Attachment
from liaison.messages.parties import DeskRef
from liaison.node.models import AttachmentRow, GivenReceipt, IncomingCopy
from liaison.node.models.line import READABLE
from liaison.node.node import Node
from liaison.node.reads.desk.listing import Reader, of_desk
from liaison.node.reads.desk.thread import read_thread
from liaison.node.reads.exchange.cases import publisher_of, standing
from liaison.node.reads.exchange.reported import read_rows
from liaison.node.services.line.attachments import open_attachment
from liaison.node.unit_of_work import reading

FORM = "resource-report"
KEPT = timedelta(days=30)
SETTLED = timedelta(seconds=10)
BLOCK = 250
"""So many rows have a report object of their own."""
MOST_BLOCKS = 20
LARGEST_FILE = 16 << 20
"""A report is cut into pieces of half of it (docs/spec/reports.md); what is larger was not made by `liaison route`."""
FORBIDDEN = "red"


@dataclass(frozen=True, slots=True)
class Place:
    """The next object to tell: of a report (by when it was added, in microseconds, and its key), in one of its files,
    in one block of rows."""

    added: int
    report: int
    file: int = 0
    block: int = 0
    object: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """One object, and when it was added."""

    object: dict[str, Any]
    added: datetime

    @property
    def version(self) -> datetime:
        """By which it is told from others of the same id; objects to which STIX gives no time have that of adding."""
        told = self.object.get("modified", self.object.get("created"))
        return datetime.fromisoformat(told) if told else self.added


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for; an empty set is everything."""

    limit: int
    behind: Place | None = None
    added_after: datetime | None = None
    ids: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    versions: frozenset[datetime] = frozenset()

    def fits(self, record: Record) -> bool:
        """Whether the object is asked for."""
        return (
            (not self.ids or record.object["id"] in self.ids)
            and (not self.types or record.object["type"] in self.types)
            and (not self.versions or record.version in self.versions)
        )


@dataclass(frozen=True, slots=True)
class Page:
    """Some objects, and where those begin that come next; `begun` are the messages whose first objects are there."""

    records: tuple[Record, ...]
    next: Place | None
    begun: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Listed:
    """A report whose files are all here."""

    added: datetime
    key: int
    case: str
    message: str

    @property
    def place(self) -> Place:
        return Place(round(self.added.timestamp() * 1_000_000), self.key)


@dataclass(frozen=True, slots=True)
class _Block:
    """The objects of some rows of a report."""

    place: Place
    message: str
    records: tuple[Record, ...] = ()


def read_collection(node: Node, desk: DeskRef, wanted: Wanted, *, reader: Reader) -> Page:
    """The objects that fit behind a place, at most `wanted.limit`."""
    records: list[Record] = []
    begun: list[str] = []
    for number, block in enumerate(_blocks(node, desk, wanted, reader)):
        if number >= MOST_BLOCKS:
            return Page(tuple(records), block.place, tuple(begun))
        for place, record in enumerate(block.records[block.place.object :], start=block.place.object):
            if not wanted.fits(record):
                continue
            if len(records) >= wanted.limit:
                return Page(tuple(records), replace(block.place, object=place), tuple(begun))
            records.append(record)
            if block.message not in begun and block.place.file == block.place.block == 0:
                begun.append(block.message)
    return Page(tuple(records), None, tuple(begun))


def _blocks(node: Node, desk: DeskRef, wanted: Wanted, reader: Reader) -> Iterator[_Block]:
    """The blocks of all reports from the place on; a report that is left out counts as an empty one."""
    behind = wanted.behind or Place(0, 0)
    for listed in _listed(node, desk):
        place = listed.place
        if (place.added, place.report) < (behind.added, behind.report):
            continue
        if wanted.added_after is not None and listed.added <= wanted.added_after:
            continue
        start = behind if place.report == behind.report else place
        found = _open(node, desk, listed, reader)
        if found is None:
            yield _Block(place, listed.message)
            continue
        report, files = found
        for number, attachment in enumerate(files[start.file :], start=start.file):
            first = start if number == start.file else replace(place, file=number)
            yield from _of_file(node, listed, report, attachment, first)


def _listed(node: Node, desk: DeskRef) -> list[_Listed]:
    """The reports of a desk that are complete, in the order in which they became so."""
    now = node.clock.now()
    with reading(node):
        rows = IncomingCopy.objects.filter(READABLE, **of_desk(desk), form=FORM, verdict="accepted", reused=False)
        found = list(rows.filter(received_at__gt=now - KEPT).values_list("pk", "case", "message_id"))
        keys = [key for key, _, _ in found]
        given = GivenReceipt.objects.filter(incoming__in=keys).values_list("incoming")
        added = dict(given.annotate(at=Max("given_at")).order_by())
        awaited = AttachmentRow.objects.filter(incoming__in=keys).exclude(state="held")
        missing = set(awaited.values_list("incoming", flat=True))
    complete = [_Listed(added[key], key, *told) for key, *told in found if key in added and key not in missing]
    settled = [each for each in complete if each.added <= now - SETTLED]
    return sorted(settled, key=lambda each: (each.added, each.key))


def _open(node: Node, desk: DeskRef, listed: _Listed, reader: Reader) -> tuple[Report, tuple[Attachment, ...]] | None:
    """What stands around the rows of a report, and its files; None where it is not to be told."""
    if not reader.may(listed.case):
        return None
    try:
        thread = read_thread(node, desk, listed.case, reader=reader)
    except UsageError:  # Destroyed since it was listed.
        return None
    entry = next((each for each in standing(thread) if each.message_id == listed.message and not each.ours), None)
    if entry is None or entry.core.tlp == FORBIDDEN:
        return None
    core, told = entry.core, entry.fields
    notice: Any = told.get("explanation") or {}
    report = Report(
        key=core.case,
        title=str(told.get("feed", "")),
        description=str(notice.get("text", "")),
        incident_type=str(told.get("incident_type", "other:undetermined")),
        tlp=core.tlp,
        terms=core.marking or "",
        exercise=core.exercise,
        composed=core.composed,
        changed=core.composed,
        publisher=publisher_of(node, thread.row.register, core.sender, ""),
    )
    return report, core.attachments


def _of_file(node: Node, listed: _Listed, report: Report, attachment: Attachment, place: Place) -> Iterator[_Block]:
    """The blocks of one file from a place on; none of a file that is not as it was signed, or is no piece of ours."""
    if attachment.size > LARGEST_FILE:
        return
    try:
        rows = read_rows(b"".join(open_attachment(node, attachment)))
    except LiaisonError:
        return
    passed = place.block * BLOCK
    while taken := rows.observables(passed, BLOCK):
        passed = 0
        objects = stix_objects(
            replace(report, observables=tuple(what for what in taken if what is not None)),
            part=f"{place.file}.{place.block}.",
        )
        head = objects.frame if place.file == place.block == 0 else []
        records = tuple(Record(each, listed.added) for each in (*head, *objects.told))
        yield _Block(place, listed.message, records)
        place = replace(place, block=place.block + 1, object=0)
