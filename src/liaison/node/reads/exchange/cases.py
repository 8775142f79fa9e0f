"""What of a case goes into a document for another program, and may it go to those readers?

    exported = export_case(node, desk, case, Format.STIX, reader=reader, audience="community")
    exported.written.data        the bytes; the same case gives the same bytes

Invariants (docs/spec/exchange.md):
- only what counts as said: nothing rejected, withdrawn by its sender, or called a false positive;
- the strictest label of the messages used stands for all; it may be made stricter, never weaker, and an audience
  outside
  of its circle is refused; a marking of its own lets a case go to its recipients only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from liaison.errors import LiaisonError, UsageError
from liaison.exchange.documents import encode_document
from liaison.exchange.marking import check_audience, strictest
from liaison.exchange.values import Format, Publisher, Report, Written
from liaison.messages.forms.observables import Observable, read_observables
from liaison.messages.message import Tlp
from liaison.messages.parties import DeskRef
from liaison.node.node import Node
from liaison.node.reads.desk.listing import Reader
from liaison.node.reads.desk.thread import Entry, Thread, read_thread
from liaison.node.reads.facts import register_facts
from liaison.node.reads.writing.centres import desk_card, find_entry

RECIPIENTS = "recipients"
NOT_SO = "false-positive"


@dataclass(frozen=True, slots=True)
class ExportedCase:
    """A case as a document, and what it was made of."""

    report: Report
    written: Written

    @property
    def left_out(self) -> tuple[Observable, ...]:
        """The observables the format has no place for."""
        return tuple(self.report.observables[number] for number in self.written.left_out)


def export_case(
    node: Node,
    desk: DeskRef,
    case: str,
    form: Format,
    *,
    reader: Reader,
    audience: str = RECIPIENTS,
    tlp: Tlp | None = None,
    mailbox: str = "",
) -> ExportedCase:
    """The case of this desk by its whole identifier; `mailbox` where its entry in the register tells none.

    Raises UsageError where nothing may or can be exported.
    """
    thread = read_thread(node, desk, case, reader=reader)
    if not reader.may(case):
        raise UsageError("case-not-found", case=case[:36])
    used = _used(thread)
    if not used:
        raise UsageError("export-nothing", case=case[:36])
    marking = next((each.core.marking for each in used if each.core.marking), "")
    label = check_audience(_label(used), audience, wanted=tlp, marking=marking or "")
    publisher = publisher_of(node, thread.row.register, desk, mailbox)
    if form is Format.XARF and not publisher.mailbox:  # Both parties of a report in XARF must have one.
        raise UsageError("export-no-mailbox")
    report = _report(thread, used, label, publisher=publisher)
    return ExportedCase(report, encode_document(form, report))


def _used(thread: Thread) -> list[Entry]:
    """Of those that still stand, the messages that have a title or observables."""
    return [each for each in standing(thread) if each.fields.get("observables") or _text(each, "title")]


def standing(thread: Thread) -> list[Entry]:
    """The messages that count as said: not rejected, withdrawn, or called a false positive."""
    denied = {each.core.re for each in thread.entries if each.core.form == NOT_SO and not each.rejected}
    gone = denied | set(thread.view.withdrawn)
    return [
        each for each in thread.entries if not each.rejected and each.core.form != NOT_SO and each.core_hash not in gone
    ]


def _label(used: Sequence[Entry]) -> Tlp:
    return strictest(each.core.tlp for each in used) or "red"


def _report(thread: Thread, used: Sequence[Entry], label: Tlp, *, publisher: Publisher) -> Report:
    titled = next((each for each in reversed(used) if _text(each, "title")), used[-1])
    told: Any = titled.fields.get("title")
    terms = [text for each in used for text in (each.core.marking or "", _text(each, "use_conditions")) if text]
    return Report(
        key=thread.row.case,
        title=_text(titled, "title") or thread.row.case,
        description=_text(titled, "description"),
        lang=told["lang"] if isinstance(told, dict) else "en",
        incident_type=str(titled.fields.get("incident_type", "other:undetermined")),
        tlp=label,
        terms="\n".join(dict.fromkeys(terms)),
        exercise=any(each.core.exercise for each in used),
        composed=min(each.core.composed for each in used),
        changed=max(each.core.composed for each in used),
        publisher=publisher,
        observables=_observables(used),
    )


def _observables(used: Sequence[Entry]) -> tuple[Observable, ...]:
    """Each once, in the order in which they were told."""
    found: dict[Observable, None] = {}
    for each in used:
        found |= dict.fromkeys(read_observables(each.fields.get("observables", [])))
    return tuple(found)


def _text(entry: Entry, name: str) -> str:
    value: Any = entry.fields.get(name)
    return str(value["text"]) if isinstance(value, dict) and "text" in value else ""


def publisher_of(node: Node, register: str, desk: DeskRef, mailbox: str = "") -> Publisher:
    """A desk by the name of its participant, with the mailbox given, else the one it publishes."""
    state = register_facts(node, register).participant(desk.participant)
    name = state.labels.name if state is not None else desk.participant[:16]
    try:
        card = desk_card(node, register, find_entry(node, register, desk))
        published = next((each.mailbox for each in card.contacts if each.mailbox), "")
    except LiaisonError:  # Not published, or withdrawn since: the case stays ours to hand on.
        published = ""
    return Publisher(f"{name} / {desk.desk}", mailbox or published or "")
