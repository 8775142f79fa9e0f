"""What was said in one case of a desk, on both sides, and how far did each word come?

    thread = read_thread(node, desk, case)
    thread.entries       in the order of the case; rejected ones stand where they came in
    thread.view          gaps, withdrawals, who closed it (`messages.case`)

Invariants: only the desk's own copies; a message to several desks is opened once; what was rejected is shown with its
reason and never counts as said; contents are left out for whoever may see metadata only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from liaison.errors import At, UsageError
from liaison.messages.case import CaseItem, CaseView, view_case
from liaison.messages.message import Core, ReceivedMessage, open_message
from liaison.messages.parties import DeskRef
from liaison.node.models import AttachmentRow, IncomingCopy, OutgoingCopy
from liaison.node.models.line import READABLE
from liaison.node.node import Node
from liaison.node.reads.desk.listing import CaseRow, Reader, find_row, of_desk
from liaison.node.reads.inbox import Reach
from liaison.node.reads.letter_boxes import left_copies, obtained
from liaison.node.reads.line import trials_of
from liaison.node.unit_of_work import reading
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import format_instant


@dataclass(frozen=True, slots=True)
class AttachedRead:
    """One file of a message; `state` as in `AttachmentRow`."""

    position: int
    name: str
    size: int
    plain: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message as a page shows it; `fields` and `attachments` are empty where only metadata may be seen."""

    message_id: str
    core_hash: str
    core: Core
    ours: bool
    at: datetime
    verdict: str
    reason: str
    owed: bool
    notes: tuple[str, ...]
    fields: Mapping[str, JSON]
    attachments: tuple[AttachedRead, ...]
    reach: tuple[Reach, ...]

    @property
    def rejected(self) -> bool:
        """Whether this node did not take it."""
        return self.verdict == "rejected"


@dataclass(frozen=True, slots=True)
class Thread:
    """A case with everything that was said in it."""

    row: CaseRow
    view: CaseView
    entries: tuple[Entry, ...]
    fetching: bool


def read_thread(node: Node, desk: DeskRef, case: str, *, reader: Reader) -> Thread:
    """The case of this desk by its whole identifier. Raises UsageError when the desk has none."""
    row = find_row(node, desk, case, reader=reader)
    if row is None:
        raise UsageError("case-not-found", case=case[:36])
    if row.destroyed_at is not None:
        raise UsageError("case-destroyed", at=At(format_instant(row.destroyed_at)))
    with reading(node):
        named = {**of_desk(desk), "register": row.register, "case": row.case}
        came = [(each, _opened(each)) for each in IncomingCopy.objects.filter(READABLE, **named).order_by("pk")]
        went = [(each, _opened(each)) for each in _copies(named)]
        with_files = any(message.core.attachments for _, message in (*came, *went))
        attached = _attachments(named) if with_files else {}
        received = [_received(row, message, attached) for row, message in came]
        sent = _sent(went, attached)
    items = [item for found in (received, sent) for _, its in found for item in its]
    if not items:
        raise UsageError("case-not-found", case=case[:36])
    view = view_case(items)
    entries = _in_order(view, [entry for found in (received, sent) for entry, _ in found])
    shown = tuple(entries if reader.may(row.case) else (replace(each, fields={}, attachments=()) for each in entries))
    return Thread(row, view, shown, any(each.state == "wanted" for entry in shown for each in entry.attachments))


_Found = tuple[Entry, list[CaseItem]]
_Attached = Mapping[tuple[str, int], list[Any]]


def _opened(row: IncomingCopy | OutgoingCopy) -> ReceivedMessage:
    return open_message(bytes(row.plaintext))


def _copies(named: Mapping[str, str]) -> list[OutgoingCopy]:
    """The copies of the desk's own messages in the case, in the order they are shown."""
    mine = {f"message__{name}": value for name, value in named.items()}
    copies = OutgoingCopy.objects.filter(READABLE, **mine).select_related("message").defer("sealed", "message__core")
    return list(copies.order_by("message", "participant", "desk"))


def _attachments(named: Mapping[str, str]) -> _Attached:
    """The rows of files by direction and message."""
    found: dict[tuple[str, int], list[Any]] = {}
    for side in ("incoming", "outgoing"):
        rows = AttachmentRow.objects.filter(**{f"{side}__{name}": value for name, value in named.items()})
        for each in rows.order_by("position"):
            found.setdefault((side, getattr(each, f"{side}_id")), []).append(each)
    return found


def _files(rows: Iterable[Any], core: Core) -> tuple[AttachedRead, ...]:
    by_position = {each.position: each for each in rows}
    return tuple(
        AttachedRead(at, each.name, each.size, each.plain, by_position[at].state if at in by_position else "failed")
        for at, each in enumerate(core.attachments)
    )


def _received(row: IncomingCopy, message: ReceivedMessage, attached: _Attached) -> _Found:
    entry = Entry(
        message_id=row.message_id,
        core_hash=row.core_hash,
        core=message.core,
        ours=False,
        at=row.received_at,
        verdict=row.verdict,
        reason=row.reason,
        owed=row.owed,
        notes=tuple(row.notes),
        fields=message.fields,
        attachments=_files(attached.get(("incoming", row.pk), ()), message.core),
        reach=(),
    )
    return entry, [_item(message, row.received_at)] if row.verdict == "accepted" else []


def _sent(went: list[tuple[OutgoingCopy, ReceivedMessage]], attached: _Attached) -> list[_Found]:
    """One entry a message, with how far each of its copies came."""
    if not went:
        return []
    keys = [copy.pk for copy, _ in went]
    trials = trials_of(keys)
    found: dict[int, _Found] = {}
    left, ways = left_copies(keys), obtained(keys)
    for copy, message in went:
        item = _item(message, copy.message.composed_at)
        at = DeskRef(copy.participant, copy.node, copy.desk)
        places = left.get(copy.pk), ways.get(copy.pk, ""), trials.get(copy.pk)
        reach = Reach(at, copy.state, copy.reason, copy.settled_at, *places)
        if copy.message_id in found:
            entry, items = found[copy.message_id]
            found[copy.message_id] = (replace(entry, reach=(*entry.reach, reach)), [*items, item])
            continue
        files = _files(attached.get(("outgoing", copy.message_id), ()), message.core)
        found[copy.message_id] = (_written(copy.message, message, files, reach), [item])
    return list(found.values())


def _written(row: Any, message: ReceivedMessage, files: tuple[AttachedRead, ...], reach: Reach) -> Entry:
    return Entry(
        message_id=row.message_id,
        core_hash=row.core_hash,
        core=message.core,
        ours=True,
        at=row.composed_at,
        verdict="accepted",
        reason="",
        owed=False,
        notes=(),
        fields=message.fields,
        attachments=files,
        reach=(reach,),
    )


def _item(message: ReceivedMessage, at: datetime) -> CaseItem:
    return CaseItem(message.core, message.copy, message.core_hash, message.message_hash, format_instant(at))


def _in_order(view: CaseView, entries: list[Entry]) -> list[Entry]:
    """As the case orders what was said; what was rejected, by its time among them."""
    said: dict[str, list[Entry]] = {}
    for entry in entries:
        if not entry.rejected:
            said.setdefault(entry.core_hash, []).append(entry)
    ordered = [entry for each in view.said for entry in said.get(each.core_hash, ())]
    for entry in (each for each in entries if each.rejected):
        place = next((at for at, other in enumerate(ordered) if other.at > entry.at), len(ordered))
        ordered.insert(place, entry)
    return ordered
