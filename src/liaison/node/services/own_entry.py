"""How does what the register says of a desk change? One proposes, looks at the difference, another approves.

    entry = own_entry(node, place)                       what it says now, and the open proposal
    propose(node, place, wanted, officer=7)              kept; replaces the proposal that was open
    approve(node, place, officer=8)                      published by this node's entry key, and the proposal closed
    confirm(node, place, officer=8)                      published once more as it stands: it still holds

Invariants:
- Who proposed does not approve, unless nobody else at the desk may; then the audit trail says `alone`.
- A proposal made from a version that is no longer the present one is not published: it would undo somebody's change.
- Contact parts for audiences that the pages do not edit are carried over as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from liaison.errors import MalformedError, UsageError
from liaison.messages.parties import DeskRef
from liaison.node.log.parts import read_parts
from liaison.node.models import AuditRow, EntryProposal, OwnDesk, RecordPart
from liaison.node.node import Node
from liaison.node.reads.facts import forget_facts
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import who_may
from liaison.node.services.publication import NO_PROMISE, DeskPlan, Place, confirm_desk, declare_desk, publish_node
from liaison.node.services.secretariat import Handed
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.officers.permissions import Action
from liaison.register import records
from liaison.register.bodies import Expected
from liaison.register.vocabulary import Audience, DeskKind, Language
from liaison.wire.canonical import JSON, decode_struct, encode_struct
from liaison.wire.identifiers import digest
from liaison.wire.typed import convert

PLAN_LIMIT = 1 << 17
CONFIRMED_LATELY = timedelta(hours=1)
OPEN, PUBLISHED, WITHDRAWN = "open", "published", "withdrawn"


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the register shall say of a desk."""

    kind: DeskKind
    languages: tuple[Language, ...]
    expected: Expected
    contacts: dict[Audience, records.Contact]
    reports: records.ReportWishes | None = None
    rulebook: records.Rulebook | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """The open proposal of a desk."""

    wanted: Wanted
    by: int
    at: datetime
    outdated: bool
    """Whether the entry was changed since it was made."""


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """What is declared for a desk, and what is proposed instead."""

    declared: Wanted
    proposal: Proposal | None


def own_entry(node: Node, register: str, desk: DeskRef) -> OwnEntry:
    """The entry of an own desk. Raises UsageError for a desk that is not of this node."""
    with reading(node):
        declared = _declared(register, desk)
        row = _open(register, desk).first()
        if row is None:
            return OwnEntry(declared, None)
        outdated = row.based_on != _version(declared)
        return OwnEntry(declared, Proposal(_plan_of(row), row.proposed_by, row.proposed_at, outdated))


def propose(node: Node, register: str, desk: DeskRef, wanted: Wanted, *, officer: int) -> None:
    """Keep a proposal, in place of the one that was open. Raises UsageError when it changes nothing, MalformedError."""
    _check(wanted)
    with unit_of_work(node):
        declared = _declared(register, desk)
        if wanted == declared:
            raise UsageError("proposal-changes-nothing")
        _close(node, register, desk, WITHDRAWN, officer)
        EntryProposal.objects.create(
            register=register,
            participant=desk.participant,
            node=desk.node,
            desk=desk.desk,
            plan=encode_struct(wanted),
            based_on=_version(declared),
            proposed_by=officer,
            proposed_at=node.clock.now(),
        )
        note(node, "entry-proposed", officer=officer, subject=desk.desk)


def withdraw(node: Node, register: str, desk: DeskRef, *, officer: int) -> None:
    """Take the open proposal back."""
    with unit_of_work(node):
        if not _close(node, register, desk, WITHDRAWN, officer):
            raise UsageError("no-proposal")
        note(node, "entry-proposal-withdrawn", officer=officer, subject=desk.desk)


def approve(node: Node, register: str, desk: DeskRef, *, officer: int) -> list[Handed]:
    """Publish the open proposal. Raises UsageError, and what the publication raises; the proposal then stays open."""
    entry = own_entry(node, register, desk)
    proposal = entry.proposal
    if proposal is None:
        raise UsageError("no-proposal")
    alone = _check_eyes(node, register, desk, proposal, officer)
    if proposal.outdated:
        raise UsageError("proposal-outdated")
    wanted, place = proposal.wanted, Place(register, desk.participant, desk.node)
    contacts = dict(wanted.contacts)
    told = wanted.reports, wanted.rulebook
    declare_desk(node, place, DeskPlan(desk.desk, wanted.kind, wanted.languages, wanted.expected, contacts, *told))
    handed = publish_node(node, place)
    with unit_of_work(node):
        _close(node, register, desk, PUBLISHED, officer)
        params: dict[str, bool | list[int]] = {"alone": alone, "entries": [each.index or 0 for each in handed]}
        note(node, "entry-published", officer=officer, subject=desk.desk, params=params)
    return handed


def confirm(node: Node, register: str, desk: DeskRef, *, officer: int) -> list[Handed]:
    """Confirm the entry without a change; nothing is published twice within an hour.

    Raises UsageError where what is declared is not what the register says, and what the publication raises.
    """
    with reading(node):
        lately = {"action": "entry-confirmed", "at__gt": node.clock.now() - CONFIRMED_LATELY}
        if AuditRow.objects.filter(participant=desk.participant, subject=desk.desk, **lately).exists():
            return []
    handed = confirm_desk(node, Place(register, desk.participant, desk.node), desk=desk.desk)
    forget_facts(node)
    with unit_of_work(node):
        entries: JSON = {"entries": [each.index or 0 for each in handed]}
        note(node, "entry-confirmed", participant=desk.participant, officer=officer, subject=desk.desk, params=entries)
    return handed


def declared_rulebook(node: Node, register: str, participant: str, desk: str) -> records.Rulebook | None:
    """What is declared for a desk of requests for cooperation; nothing for a desk that is not declared yet."""
    with reading(node):
        row = OwnDesk.objects.filter(register=register, participant=participant, desk=desk).first()
        contents = read_parts(register, [each["digest"] for each in row.parts]).values() if row is not None else ()
        return next((content for content in contents if isinstance(content, records.Rulebook)), None)


def publish_rulebook(node: Node, place: Place, desk: str, rulebook: records.Rulebook | None) -> list[Handed]:
    """Publish other rules for requests in the record of a desk, or none any more; all else stays as it is declared.

    Raises UsageError for rules that name what is not there, and what the publication raises.
    """
    with reading(node):
        now = _declared(place.register, DeskRef(place.participant, place.node, desk))
    told = now.reports, rulebook
    declare_desk(node, place, DeskPlan(desk, now.kind, now.languages, now.expected, now.contacts, *told))
    return publish_node(node, place)


def may_approve(node: Node, register: str, desk: DeskRef, proposal: Proposal, officer: int) -> bool:
    """Whether this officer may approve it, for what a page shows."""
    others = who_may(node, register, desk, Action.PUBLISH) - {proposal.by}
    return officer != proposal.by or not others


def differences(before: Wanted, after: Wanted) -> list[tuple[str, str, str]]:
    """What differs, as (field, before, after); a field is `languages`, `routine`, `contact/states/mailbox`…"""
    old, new = _flat(before), _flat(after)
    return [(name, old.get(name, ""), new.get(name, "")) for name in {**old, **new} if old.get(name) != new.get(name)]


def _check_eyes(node: Node, register: str, desk: DeskRef, proposal: Proposal, officer: int) -> bool:
    """Whether the officer approves alone. Raises UsageError where another must."""
    if not may_approve(node, register, desk, proposal, officer):
        raise UsageError("needs-another-person")
    return officer == proposal.by


def _check(wanted: Wanted) -> None:
    """Read back what others would read. Raises MalformedError."""
    try:
        convert(msgspec.to_builtins(wanted), Wanted)
    except msgspec.ValidationError as error:
        raise MalformedError("proposal-malformed", reason=str(error)[:200]) from error


def _declared(register: str, desk: DeskRef) -> Wanted:
    row = OwnDesk.objects.filter(register=register, participant=desk.participant, desk=desk.desk).first()
    if row is None:
        raise UsageError("desk-not-found", participant=desk.participant[:16], desk=desk.desk)
    contents = [(each["audience"], _content(register, each["digest"])) for each in row.parts]
    contacts = {audience: content for audience, content in contents if isinstance(content, records.Contact)}
    reports = next((content for _, content in contents if isinstance(content, records.ReportWishes)), None)
    rulebook = next((content for _, content in contents if isinstance(content, records.Rulebook)), None)
    expected = convert(NO_PROMISE | row.expected, Expected)
    return Wanted(DeskKind(row.kind), tuple(row.languages), expected, contacts, reports, rulebook)


def _content(register: str, part: str) -> records.Content:
    data = bytes(RecordPart.objects.get(register=register, digest=part).part)
    return records.read_content(records.verify_record(data, part).part)


def _open(register: str, desk: DeskRef) -> Any:
    return EntryProposal.objects.filter(register=register, participant=desk.participant, desk=desk.desk, state=OPEN)


def _close(node: Node, register: str, desk: DeskRef, state: str, officer: int) -> int:
    closed: int = _open(register, desk).update(state=state, decided_by=officer, decided_at=node.clock.now())
    return closed


def _plan_of(row: EntryProposal) -> Wanted:
    return decode_struct(bytes(row.plan), Wanted, limit=PLAN_LIMIT)


def _version(wanted: Wanted) -> str:
    return digest(encode_struct(wanted))


def _flat(wanted: Wanted) -> Mapping[str, str]:
    values = {"kind": wanted.kind.value, "languages": ", ".join(wanted.languages)}
    values |= {name: str(minutes) for name, minutes in msgspec.to_builtins(wanted.expected).items() if minutes}
    for audience, contact in wanted.contacts.items():
        told = msgspec.to_builtins(contact)
        persons = "; ".join(", ".join(part for part in person.values() if part) for person in told.pop("persons"))
        values |= {f"contact/{audience}/{name}": text for name, text in (told | {"persons": persons}).items() if text}
    if wanted.reports is not None:
        formats = ", ".join(each.value for each in wanted.reports.formats)
        values |= {"reports/formats": formats, "reports/every": str(wanted.reports.every)}
        values["reports/largest"] = str(wanted.reports.largest >> 10)
    return values | _rules(wanted.rulebook)


def _rules(rulebook: records.Rulebook | None) -> dict[str, str]:
    if rulebook is None:
        return {}
    told = {"authority": rulebook.authority, "as_of": rulebook.as_of, "remarks": rulebook.remarks or ""}
    told |= {name: ", ".join(getattr(rulebook, name)) for name in ("languages", "urgent_languages", "ways")}
    told |= {name: "yes" for name in ("encryption", "signature") if getattr(rulebook, name)}
    told["requests"] = "; ".join(map(_rule, rulebook.requests))
    told["steps"] = "; ".join(f"{each.step} {each.days}" for each in rulebook.steps)
    return {f"rulebook/{name}": text for name, text in told.items() if text}


def _rule(rules: records.RequestRules) -> str:
    """One form's rules on a line: what is not taken has a minus sign."""
    desk = f" {rules.desk.node}/{rules.desk.desk}" if rules.desk is not None else ""
    return f"{'' if rules.taken else '-'}{rules.form}{desk} {' '.join(rules.fields)}".rstrip()
