"""Does every read of the node stay on its side of the wall, asked for with everything that can be named on the node?

Every public function of `liaison.node.reads` is found by looking. One that takes a desk is called with each of the
three desks and with every case, message and number of all of them; one that takes none must stand in `OF_THE_NODE`.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import itertools
import pkgutil
import types
import zoneinfo
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, get_type_hints

import msgspec
import pytest
from django.db import models

import liaison.node.reads
from liaison.errors import LiaisonError
from liaison.exchange.values import Format
from liaison.messages.parties import DeskRef
from liaison.messages.turns import Turn
from liaison.node.node import Node
from liaison.node.reads.cooperation.listing import Wanted as WantedRequests
from liaison.node.reads.desk.listing import Filter, Reader
from liaison.node.reads.exchange.collection import Wanted
from liaison.node.reads.facts import RegisterFacts, register_facts
from liaison.node.reads.register import directory
from liaison.node.reads.writing.drafts import Place
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import reading
from tests.node.walls.planted import CODE, Planted, Planting

# What no desk is named for, and why nothing of a desk comes out of it.
PURE = "makes values of its arguments and asks no table of a desk"
PUBLIC = "tells what the register says, which is the same for everybody on the node"
OPERATOR = "asked by the operator's commands and by the node itself, never by a page of a desk"
MACHINE = "asked by the peer door for the other node"
NODE = "tells how the node itself is, which every desk on it may know"
SECRET = "finds what a secret opens that only one browser has"
AGREED = "tells what the owners of networks agreed to have shown to everybody who asks it"
INNER = "takes a row or a value that its caller found for one desk"
VIEWER = "takes who looks or whose it is; tests/node/conduct/test_audiences.py walks every audience"
OF_THE_NODE: Mapping[str, str] = {
    "caution.disputes.check_pinned": INNER,
    "caution.disputes.disputes": PUBLIC,
    "caution.disputes.family_of": PURE,
    "caution.disputes.rivals_of": PUBLIC,
    "caution.parties.host_of": PUBLIC,
    "caution.parties.name_warnings": PUBLIC,
    "caution.parties.same_host": PUBLIC,
    "caution.parties.warnings_in": PURE,
    "caution.pending.called_back_desks": PUBLIC,
    "caution.pending.pending_desks": PUBLIC,
    "caution.pending.pending_view": PUBLIC,
    "caution.sealing.refused_digests": PUBLIC,
    "checks.results.audience_of": PURE,
    "checks.results.node_answered": NODE,
    "checks.results.node_history": NODE,
    "checks.results.node_results": NODE,
    "checks.watched.watched": NODE,
    "conduct.asked.asked_of": PUBLIC,
    "conduct.help.match_key": PURE,
    "conduct.help.sides_of": PUBLIC,
    "conduct.assembled.assembled_report": INNER,
    "conduct.assembled.last_report": INNER,
    "conduct.assembled.whole_draft": INNER,
    "conduct.audiences.participants_of": PUBLIC,
    "conduct.drafting.drafts_of": INNER,
    "conduct.reports.answers_on": VIEWER,
    "conduct.reports.latest_reports": VIEWER,
    "conduct.reports.own_periods": VIEWER,
    "conduct.reports.own_report": VIEWER,
    "conduct.reports.report_heads": VIEWER,
    "conduct.reports.report_of": VIEWER,
    "conduct.reports.report_records": VIEWER,
    "conduct.reports.reports_of": VIEWER,
    "conduct.reports.reports_on": VIEWER,
    "conduct.measured.evidence_of": INNER,
    "conduct.measured.shown": AGREED,
    "conduct.measured.steps_of": INNER,
    "cooperation.listing.read_clock": INNER,
    "cooperation.spoken.spoken_clocks": INNER,
    "desk.listing.of_desk": PURE,
    "desk.listing.read_rows": INNER,
    "desk.regions.areas_of": PUBLIC,
    "desk.regions.zones_of": PUBLIC,
    "desk.titles.title_of": PURE,
    "desk.waiting.register_care": PUBLIC,
    "desk.year.spread": PURE,
    "exchange.cases.publisher_of": PUBLIC,
    "exchange.cases.standing": INNER,
    "exchange.reported.read_rows": PURE,
    "duty.exercises.control_of": INNER,
    "duty.exercises.desk_key": PURE,
    "duty.exercises.desk_of": PURE,
    "duty.failing.failing_gateways": NODE,
    "duty.failing.failing_ways": NODE,
    "duty.rotas.keeps_rota": PURE,
    "duty.ways.hours_of": INNER,
    "duty.ways.own_way": INNER,
    "duty.ways.usable_ways": INNER,
    "duty.ways.zone_of": INNER,
    "duty.rotas.read_layer": INNER,
    "explorer.entries_from": PUBLIC,
    "explorer.entries_since": PUBLIC,
    "explorer.first_index_since": PUBLIC,
    "explorer.kinds_in": PUBLIC,
    "explorer.list_entries": PUBLIC,
    "explorer.show_entry": PUBLIC,
    "facts.facts_of_caller": MACHINE,
    "facts.forget_facts": PURE,
    "facts.register_facts": PUBLIC,
    "facts.remembered_caller": MACHINE,
    "inbox.own_desks": OPERATOR,
    "inbox.reach_of": INNER,
    "inside.retention.step_for": INNER,
    "inside.retention.told_inside": INNER,
    "inside.rules.columns": PURE,
    "inside.rules.read_retention": INNER,
    "instruments.known.carried_instruments": PUBLIC,
    "instruments.known.imported_files": OPERATOR,
    "instruments.known.known_files": PUBLIC,
    "instruments.known.known_instruments": PUBLIC,
    "instruments.known.known_positions": PUBLIC,
    "instruments.known.named_at_opening": PUBLIC,
    "instruments.proposed.declared_stands": PUBLIC,
    "instruments.status.basis_between": PUBLIC,
    "instruments.status.instrument_status": PUBLIC,
    "instruments.status.list_instruments": PUBLIC,
    "inside.sharing.offer_of": INNER,
    "judging.first_copy": INNER,
    "judging.judge_context": INNER,
    "judging.own_mirror": PUBLIC,
    "letter_boxes.kept_counts": OPERATOR,
    "letter_boxes.left_copies": INNER,
    "letter_boxes.obtained": INNER,
    "letter_boxes.reached_by": PUBLIC,
    "line.line_counts": OPERATOR,
    "line.lost_messages": OPERATOR,
    "line.require_answer": MACHINE,
    "line.size_for_party": MACHINE,
    "mail.guests.guest_words": INNER,
    "mail.guests.page_by_ticket": SECRET,
    "mail.overview.mailbox_state": NODE,
    "mail.overview.mails_of": INNER,
    "mail.overview.strays": OPERATOR,
    "mail.targets.contact_name": INNER,
    "mail.targets.kept_mailbox": INNER,
    "mail.targets.mail_targets": INNER,
    "mail.targets.mailbox_ref": PURE,
    "mail.targets.mailboxes_of": PUBLIC,
    "memory.forget": PURE,
    "memory.own_memory": MACHINE,
    "overrides.read_rules": OPERATOR,
    "overrides.resolve_rules": PURE,
    "overview.alarms": PUBLIC,
    "overview.entries": PUBLIC,
    "overview.overviews": PUBLIC,
    "overview.participant_ids": PUBLIC,
    "own.current_epoch": OPERATOR,
    "own.hostings": OPERATOR,
    "own.require_writable": OPERATOR,
    "own.setting": OPERATOR,
    "proofs.prove_entry": PUBLIC,
    "recipients.find_players": PUBLIC,
    "recipients.find_recipient": PUBLIC,
    "register.desk_entry": PUBLIC,
    "register.directory": PUBLIC,
    "register.followed": PUBLIC,
    "register.message_key_standing": PUBLIC,
    "register.node_addresses": PUBLIC,
    "register.node_ways": PUBLIC,
    "register.peer_address": PUBLIC,
    "register.sealing_key": PUBLIC,
    "register.trusted_checkpoint": PUBLIC,
    "register.view": PUBLIC,
    "reports.listing.report_of": INNER,
    "reports.rows.every_answer": INNER,
    "reports.rows.files_of": INNER,
    "reports.rows.report_rows": INNER,
    "reports.rows.said_of": INNER,
    "reports.wishes.wishes_of": PUBLIC,
    "routing.answer_all": PUBLIC,
    "routing.route_one": PUBLIC,
    "routing.routing_of": PUBLIC,
    "routing.routing_without_node": PUBLIC,
    "writing.book.rows_of": PURE,
    "writing.centres.desk_card": PUBLIC,
    "writing.centres.desk_cards": PUBLIC,
    "writing.centres.find_entry": PUBLIC,
    "writing.centres.find_entry_by": PUBLIC,
    "writing.drafts.fingerprint_of": INNER,
    "writing.finding.by_code": PUBLIC,
    "writing.finding.by_words": PUBLIC,
    "writing.finding.entry_of": PUBLIC,
    "writing.finding.ref_of": PURE,
    "writing.finding.resource_in": PURE,
    "writing.finding.route_list": PUBLIC,
    "writing.finding.route_text": PUBLIC,
    "writing.origins.desks_at": PUBLIC,
    "writing.origins.origins": PUBLIC,
}
DESKS = ("seat", "desk", "own", "owner", "place")


def reads() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function of the room, by its name below `liaison.node.reads`."""
    room = liaison.node.reads
    for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
        module = importlib.import_module(found.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == found.name and not name.startswith("_"):
                yield f"{found.name}.{name}".removeprefix(f"{room.__name__}."), function


READS = dict(reads())


def names_a_desk(function: Callable[..., Any]) -> bool:
    """Whether a caller says which own desk it asks for."""
    hints = get_type_hints(function)
    return any(_is_desk(hints[name]) for name in inspect.signature(function).parameters if name in DESKS)


def _is_desk(hint: Any) -> bool:
    return {Seat, DeskRef, Place} & set(getattr(hint, "__args__", (hint,))) != set()


WALKED = sorted(name for name, function in READS.items() if names_a_desk(function) and name not in OF_THE_NODE)


def test_every_read_takes_a_desk_or_says_why_it_needs_none() -> None:
    assert sorted(name for name in READS if name not in WALKED and not OF_THE_NODE.get(name)) == []
    assert sorted(OF_THE_NODE.keys() - READS.keys()) == []


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    with Planted(Path(tmp_path_factory.mktemp("planted"))) as world:
        yield world  # type: ignore[misc]


@pytest.mark.parametrize("name", WALKED)
def test_a_read_of_a_desk_tells_nothing_of_another(planted: Planted, name: str) -> None:
    calls = 0
    for at in planted.plantings:
        for told in answers(planted, READS[name], at):
            calls += 1
            for mark in planted.foreign(at):
                assert mark not in told, (name, at.seat.desk.desk, mark)
    assert calls


def test_what_was_planted_is_found_by_its_own_desk(planted: Planted) -> None:
    seen = set()
    for at, name in itertools.product(planted.plantings, WALKED):
        seen |= {name for told in answers(planted, READS[name], at) if at.mark in told}
    assert seen >= {
        "conduct.own_cases.norms_of_case",
        "conduct.own_cases.own_cases",
        "cooperation.listing.due_clocks",
        "cooperation.listing.home_steps",
        "cooperation.listing.list_requests",
        "cooperation.listing.spoken_requests",
        "cooperation.listing.unseen_reminders",
        "cooperation.evidence.list_evidence",
        "cooperation.evidence.show_evidence",
        "desk.listing.list_cases",
        "desk.thread.read_thread",
        "desk.waiting.follow_ups",
        "desk.waiting.unacknowledged",
        "duty.exercises.list_exercises",
        "duty.exercises.read_control",
        "duty.rotas.rota_of",
        "duty.showing.holidays",
        "duty.showing.open_notes",
        "inbox.show_message",
        "inside.retention.holds",
        "inside.sharing.notes_of",
        "inside.waiting.find_request",
        "inside.waiting.waiting_requests",
        "instruments.proposed.open_proposals",
        "writing.book.contacts",
        "writing.drafts.list_drafts",
        "writing.drafts.read_draft",
    }


def answers(planted: Planted, function: Callable[..., Any], at: Planting) -> Iterator[str]:
    """All the answers as text, refusals included."""
    wanted, hints = inspect.signature(function).parameters, get_type_hints(function)
    choices = {name: options(planted, name, hints[name], at) for name in wanted if needed(wanted[name], hints[name])}
    for chosen in itertools.product(*choices.values()):
        given = dict(zip(choices, chosen, strict=True))
        in_order = [name for name in given if wanted[name].kind is not inspect.Parameter.KEYWORD_ONLY]
        by_place = [given.pop(name) for name in in_order]
        with reading(planted.node):
            try:
                yield text_of(function(*by_place, **given))
            except LiaisonError as error:
                yield text_of([error.code, error.params])


def needed(parameter: inspect.Parameter, hint: Any) -> bool:
    """Whether it has to be given, or decides whose rows are asked for."""
    return parameter.default is inspect.Parameter.empty or parameter.name == "reader" or _is_desk(hint)


def named_options(planted: Planted, at: Planting) -> dict[str, list[Any]]:
    """What a parameter of a name is tried with."""
    named, world = planted.named(), planted
    return {
        "register": [at.seat.register],
        "case": named["case"],
        "cases": [named["case"]],
        "exercise": named["exercise"],
        "evidence": named["evidence"],
        "internal": named["case"],
        "message_id": named["message"],
        "sent_as": named["message"],
        "number": named["number"],
        "clause": ["art-29"],
        "instrument": ["budapest-2001"],
        "period": [2026],
        "root": named["root"],
        "name": named["root"],
        "key": ["0" * 16],
        "ours": [True, False],
        "draft": named["number"],
        "request": named["number"],
        "token": ["LX-AAAAAAAAAAAAAAAA"],
        "officer": named["officer"],
        "officers": [named["officer"]],
        "code": [CODE],
        "at": [world.clock.now()],
        "year": [2026],
        "turn": list(Turn),
        "now": [world.clock.now()],
        "form": ["incident-notice", "information-request"],
        "urgency": ["routine"],
        "participant": [at.seat.desk.participant],
        "keys": [named["number"]],
        "received": [True, False],
        "owed": [False],
        "below": [None],
        "limit": [100],
        "since": [world.clock.now() - timedelta(days=1)],
        "instant": [world.clock.now()],
        "start": [world.clock.now()],
        "end": [world.clock.now() + timedelta(days=3)],
        "wanted": [named["officer"]],
        "until": [world.clock.now() + timedelta(days=1)],
        "side": ["sent", "received"],
        "entries": [directory(world.node, at.seat.register).desks()],
        "certificates": [()],
    }


def options(planted: Planted, name: str, hint: Any, at: Planting) -> list[Any]:
    """What a parameter is tried with: the desk itself, and everything on the node that could be named."""
    world = planted
    fixed: dict[Any, Any] = {
        Node: world.node,
        Seat: at.seat,
        Place: Place(at.seat.register, at.seat.desk),
        RegisterFacts: register_facts(world.node, at.seat.register),
        Reader: Reader(contents=True),
        Filter: Filter(),
        Wanted: Wanted(limit=1000),
        WantedRequests: WantedRequests(live=False),
        zoneinfo.ZoneInfo: zoneinfo.ZoneInfo("UTC"),
        Format: Format.STIX,
    }
    by_name = named_options(planted, at)
    alternatives = getattr(hint, "__args__", (hint,)) if not isinstance(hint, type) else (hint,)
    found = next((fixed[each] for each in alternatives if each in fixed), None)
    if found is not None:
        return [found]
    if hint == Collection[DeskRef]:
        return [[each.seat.desk for each in world.plantings]]
    if DeskRef in alternatives:
        return [at.seat.desk] if name in DESKS else [each.seat.desk for each in world.plantings]
    return by_name[name]


def text_of(value: Any) -> str:
    """Everything that a value holds, as one text."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("latin-1")
    if isinstance(value, models.Model):
        return text_of(vars(value))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return text_of({field.name: getattr(value, field.name) for field in dataclasses.fields(value)})
    if isinstance(value, msgspec.Struct):
        return text_of(msgspec.structs.asdict(value))
    if isinstance(value, Mapping):
        return "\n".join(f"{text_of(key)}: {text_of(each)}" for key, each in value.items())
    if isinstance(value, list | tuple | set | frozenset | types.GeneratorType):
        return "\n".join(text_of(each) for each in value)
    return str(value)
