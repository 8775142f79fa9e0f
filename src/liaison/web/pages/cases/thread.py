"""What was said in this case, by both sides, and how far did each word come?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from liaison.cooperation.catalogue import load_catalogue
from liaison.duty.putting_off import CHOICES
from liaison.messages.case import ACKNOWLEDGEMENT
from liaison.messages.parties import DeskRef
from liaison.messages.turns import INSIDE
from liaison.node.reads.caution.parties import same_host
from liaison.node.reads.desk.thread import Entry, Thread
from liaison.node.reads.duty.escalations import escalations
from liaison.node.reads.facts import register_facts
from liaison.node.reads.mail.guests import guest_page
from liaison.node.reads.mail.overview import beside_case, mails_of
from liaison.node.reads.mail.targets import is_mailbox
from liaison.node.services.desk.following import follow_up_of
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.languages import languages
from liaison.web.names import DeskName, DeskNames
from liaison.web.pages.cases.allowed import allowed_forms
from liaison.web.pages.cases.documents import may_be_document
from liaison.web.pages.cases.held import HeldSeat, find_held
from liaison.web.pages.cases.inside import inside_of
from liaison.web.pages.cases.naming import case_path, reader_of, reader_of_case
from liaison.web.pages.cases.values import ShownField, form_title, shown_fields
from liaison.web.pages.duty.late import Due, answers_due, cards_of
from liaison.web.pages.duty.naming import colleagues
from liaison.web.pages.evidence.in_case import evidence_of
from liaison.web.pages.write.cards import CardView
from liaison.web.requests import at_desk, officer_id
from liaison.web.site import here
from liaison.wire.identifiers import parse_instant

NOTHING_DUE: Mapping[tuple[str, DeskRef], Due] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Party:
    """A desk of the case, with what makes it worth a second look."""

    name: DeskName
    own: bool
    warnings: tuple[str, ...]
    same_host: bool
    card: CardView | None
    """Of the other side: its time, languages and usual answer; None for a mailbox, or a desk that left."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One entry of the timeline, ready for the template."""

    entry: Entry
    title: str
    sender: DeskName
    fields: list[ShownField]
    reach: list[dict[str, Any]]
    refers: str
    acknowledged: list[dict[str, Any]]
    withdrawn: bool
    wanted_by: Any
    documents: frozenset[int]
    """Which of its files are offered to be read as documents of other programs."""
    promise: Any
    """Of an acknowledgement: when an answer may be expected."""

    @property
    def paper(self) -> bool:
        """Whether it is a request that this reader may have on paper."""
        return self.entry.core.form in load_catalogue() and bool(self.entry.fields) and not self.entry.rejected

    @property
    def is_acknowledgement(self) -> bool:
        """Whether it stands as one line only."""
        return self.entry.core.form == ACKNOWLEDGEMENT


def open_thread(request: HttpRequest, seat: Seat, case: str) -> Thread:
    """The case of the desk, or shared with it. Raises Http404 for any other, UsageError for a destroyed one."""
    found = find_held(seat, case)
    return found.thread(case, reader=reader_of(request, found.seat))


@at_desk(Action.READ_METADATA)
def page(request: HttpRequest, seat: Seat, case: str) -> HttpResponse:
    """The page of a case."""
    found = find_held(seat, case)
    held, keeper = found.held, found.seat
    reader = reader_of_case(request, seat, case) if held.own else reader_of(request, keeper)
    thread, names, now = found.thread(case, reader=reader), DeskNames(here()), here().clock.now()
    readable = reader.may(case)
    writes = seat.may(Action.WRITE) and readable and held.answers and thread.row.archived_at is None
    due = answers_due(keeper, names, case) if held.own else NOTHING_DUE
    said = list(spoken(thread, names, due))
    titles = {each.entry.message_id: each.title for each in said}
    told = escalations(here(), keeper.desk, case=case) if held.own else ()
    given = {
        "thread": thread,
        "row": thread.row,
        "now": now,
        "parties": list(_parties(thread, found, names)),
        "spoken": said,
        "beside": beside_case(here(), thread.row.register, keeper.desk, case),
        "owed": [each for each in said if each.entry.owed],
        "late": [(each, titles.get(each.each.message_id, "")) for each in due.values() if each.late],
        "awaited": bool(due),
        "told_differently": [
            names.of(thread.row.register, DeskRef(at.participant, at.node, ""))
            for at, _ in thread.view.told_differently
        ],
        "gaps": sorted({gap.trouble.value for gap in thread.view.gaps}),
        "missing": sum(gap.count for gap in thread.view.gaps if gap.trouble.value == "missing"),
        "closed_by": [names.of(thread.row.register, each) for each in sorted(thread.view.closed_by)],
        "readable": readable,
        "closed_to_you": seat.may(Action.READ_CASE) and not readable,
        "may_acknowledge": seat.may(Action.ACKNOWLEDGE) and (held.own or held.answers),
        "may_write": seat.may(Action.WRITE) and readable and held.own and thread.row.archived_at is None,
        "forms": allowed_forms(thread, here(), keeper) if writes else [],
        "follow_up": follow_up_of(here(), keeper.desk, case) if readable and held.own else None,
        "by_grant": readable and not seat.may(Action.READ_CASE),
        "may_export": readable
        and seat.may(Action.READ_CASE)
        and (held.own or held.answers)
        and thread.row.form not in INSIDE,
        "guest": _guest(seat, thread) if writes and held.own else None,
        "here": case_path(seat, case),
        "paper_languages": languages().values() if held.own or held.answers else (),
        "escalations": told,
        "colleagues": colleagues(seat, officer_id(request)) if any(each.state != "over" for each in told) else [],
        "snoozes": CHOICES,
    } | inside_of(seat, thread.row, held, names, readable=readable)
    if readable and held.own:
        given |= evidence_of(seat, thread, names, writes=writes)
    return render(request, "web/cases/case.html", given)


def _guest(seat: Seat, thread: Thread) -> dict[str, Any] | None:
    """The guest page of a case with a desk that has a mailbox alone."""
    if not any(is_mailbox(each) for each in thread.view.parties):
        return None
    page = guest_page(here(), thread.row.register, seat.desk, thread.row.case)
    return {"page": page, "is_open": page is not None and page.is_open(here().clock.now())}


def _parties(thread: Thread, found: HeldSeat, names: DeskNames) -> Iterator[Party]:
    """The desks of the case, that of the participant first; it is the officer's own only where it keeps the case."""
    facts, keeper = register_facts(here(), thread.row.register), found.seat.desk
    others = [each for each in thread.view.parties if each != keeper and not is_mailbox(each)]
    cards = cards_of(found.seat, names, thread.row.register, others)
    for desk in sorted(thread.view.parties, key=lambda desk: (desk != keeper, desk)):
        warnings = () if desk == keeper else names.warnings(thread.row.register, desk.participant)
        own, hosted = desk == keeper and found.held.own, same_host(facts, keeper, desk)
        yield Party(names.of(thread.row.register, desk), own, warnings, hosted, cards.get(desk))


def spoken(thread: Thread, names: DeskNames, due: Mapping[tuple[str, DeskRef], Due] = NOTHING_DUE) -> Iterator[Spoken]:
    """The entries of the timeline; `due` is what still waits for a person over there."""
    register = thread.row.register
    titles = {each.core_hash: form_title(each.core) for each in thread.entries}
    mails = mails_of(here(), register, [each.message_id for each in thread.entries if each.ours])
    heard: dict[str, list[dict[str, Any]]] = {}
    for each in thread.entries:
        if each.core.form == ACKNOWLEDGEMENT and each.core.re and not each.rejected:
            duty = each.fields.get("by_duty_desk") is True
            by = names.of(register, each.core.sender)
            heard.setdefault(each.core.re, []).append({"by": by, "at": each.at, "duty": duty})
    for each in thread.entries:
        promise = each.fields.get("answer_expected")
        yield Spoken(
            entry=each,
            title=titles[each.core_hash],
            sender=names.of(register, each.core.sender),
            fields=shown_fields(each.core, each.fields, names),
            reach=[
                {
                    "to": names.of(register, reach.desk),
                    "reach": reach,
                    "keeper": names.participant(register, reach.left.by.participant) if reach.left else "",
                    "mail": mails.get((each.message_id, reach.desk)) if reach.at else None,
                    "due": due.get((each.message_id, reach.desk)),
                }
                for reach in each.reach
            ],
            refers=titles.get(each.core.re or "", ""),
            acknowledged=heard.get(each.core_hash, []),
            withdrawn=each.core_hash in thread.view.withdrawn,
            wanted_by=parse_instant(each.core.wanted_by) if each.core.wanted_by else None,
            documents=frozenset(at for at, file in enumerate(each.core.attachments) if may_be_document(file)),
            promise=parse_instant(promise) if isinstance(promise, str) else None,
        )


ROUTES = [path("cases/<slug:case>/", page, name="case")]
