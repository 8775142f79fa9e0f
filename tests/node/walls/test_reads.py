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
from liaison.messages.forms.checking import Norm
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
from tests.node.walls.of_the_node import OF_THE_NODE
from tests.node.walls.planted import CODE, Planted, Planting

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
        "conduct.measured.list_measured",
        "conduct.measured.measured_below",
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
        Norm: Norm("budapest-2001", "art-29"),
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
