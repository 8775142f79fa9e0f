"""Who answers for this address, by everything this node knows: its overrides, its registers, its allocation data?

    routing = routing_of(node)                  or `routing_without_node(home)`: codes only, desks unknown
    routing.router.answer("192.0.2.7")          Answer(desk=Desk(…), basis="allocation", code="XC", source=…, date=…)
    routing.words(answer.desk)                  DeskWords(name="State XC", codes=("XC",), kind="technical", …)
    route_one(node, "192.0.2.7")                the same in one call, from a memory that follows the registers

Invariants:
- Registers that are real come before rehearsals; a rehearsal is asked only when the caller says so.
- Only what a register's quorum stands behind is followed (`reads.register.directory`).
- Where no register is asked, each code is an unknown desk of its own, and the answers say so.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from liaison.errors import LiaisonError
from liaison.node import wiring
from liaison.node.log.tiles import DatabaseTileStore
from liaison.node.models import FollowedRegister
from liaison.node.node import Node
from liaison.node.reads.overrides import FILE_NAME, Rule, read_rules, resolve_rules
from liaison.node.reads.recipients import find_recipient
from liaison.node.reads.register import directory
from liaison.node.services.resources import INDEX, load_tables
from liaison.node.unit_of_work import reading
from liaison.register.entries import decode_entry
from liaison.register.lookup import Directory, ResourceClaim
from liaison.register.vocabulary import DeskKind
from liaison.routing.allocation import RangeTable, Source
from liaison.routing.claims import Desk, Nobody, Standing
from liaison.routing.directory import CountriesOnly, RegisterDirectory, desk_of, unknown_desk
from liaison.routing.route import Answer, Router
from liaison.tlog.log import read_entries

TABLES = "resources"


@dataclass(frozen=True, slots=True)
class DeskWords:
    """A desk as people know it."""

    name: str
    codes: tuple[str, ...]
    kind: str | None
    status: str
    rehearsal: bool


@dataclass(frozen=True, slots=True)
class Routing:
    """A router with what stands behind it."""

    router: Router
    sources: tuple[Source, ...]
    """Of the allocation data, in the order they are followed."""
    registers: tuple[Directory, ...]
    left_out: int = 0
    """Rehearsal registers that are followed and were not asked."""
    _words: dict[Desk, DeskWords] = field(default_factory=dict)

    def words(self, desk: Desk) -> DeskWords:
        """What the desk is called."""
        if desk not in self._words:
            self._words[desk] = self._find_words(desk)
        return self._words[desk]

    def _find_words(self, desk: Desk) -> DeskWords:
        register = next((each for each in self.registers if each.register == desk.register), None)
        if register is None:
            return DeskWords("", (desk.desk,), None, Standing.UNKNOWN.value, False)
        if desk.participant is None:
            entries = [each for each in register.desks() if each.participant is None and each.desk == desk.desk]
        else:
            entries = [each for each in register.desks(participant=desk.participant) if each.desk == desk.desk]
        if not entries:
            return DeskWords("", (), None, desk.standing.value, register.rehearsal)
        entry = entries[0]
        return DeskWords(entry.name, entry.codes, entry.kind.value, entry.status.value, register.rehearsal)


_routings: dict[str, tuple[object, Routing]] = {}
_guard = threading.Lock()


def route_one(node: Node, text: str, *, kind: DeskKind = DeskKind.TECHNICAL, rehearsal: bool = False) -> Answer:
    """Who answers for one address, prefix, AS number, domain or URL. Raises `UsageError` for unfit overrides."""
    routing = routing_of(node, kind=kind, rehearsal=rehearsal)
    with _guard:  # a router numbers its answers, and several threads may ask one
        return routing.router.answer(text)


def answer_all(node: Node, texts: Sequence[str], *, kind: DeskKind, rehearsal: bool = False) -> list[Answer]:
    """Who answers for each of these texts, in their order. Raises `UsageError` for unfit overrides."""
    router = routing_of(node, kind=kind, rehearsal=rehearsal).router
    with _guard:
        return [router.answer(text) for text in texts]


def routing_of(node: Node, *, kind: DeskKind = DeskKind.TECHNICAL, rehearsal: bool = False) -> Routing:
    """The routing of a node as its registers, data and overrides are now. Raises `UsageError`, `MalformedError`."""
    stamp = (kind, rehearsal, _registers_stamp(node), *_files_stamp(node.home))
    known = _routings.get(node.database)
    if known is None or known[0] != stamp:
        known = _routings[node.database] = (stamp, _make(node, kind, rehearsal))
    return known[1]


def routing_without_node(home: Path) -> Routing:
    """Routing by the allocation data and overrides in a folder that need not be initialised."""
    tables = load_tables(wiring.open_folder(home / TABLES))
    return _routing(tables, _countries_only(read_rules(home)), ())


def _make(node: Node, kind: DeskKind, rehearsal: bool) -> Routing:
    with reading(node):
        rows = FollowedRegister.objects.order_by("rehearsal", "register").values_list("register", "rehearsal")
        followed = list(rows)
    found = [directory(node, register) for register, rehearses in followed if rehearsal or not rehearses]
    registers = tuple(each for each in found if each.register)
    left_out = sum(rehearses and not rehearsal for _, rehearses in followed)
    tables = load_tables(wiring.open_folder(node.home / TABLES))
    rules = read_rules(node.home)
    if not registers:
        return _routing(tables, _countries_only(rules), (), left_out)
    plain = RegisterDirectory(registers, kind)
    overrides = resolve_rules(rules, lambda text: _named(node, registers, plain, text))
    day_of = _days(node)
    return _routing(tables, RegisterDirectory(registers, kind, overrides=overrides, day_of=day_of), registers, left_out)


def _routing(
    tables: Sequence[RangeTable],
    asked: RegisterDirectory | CountriesOnly,
    registers: tuple[Directory, ...],
    left_out: int = 0,
) -> Routing:
    return Routing(Router(tables, asked), tuple(table.source for table in tables), registers, left_out)


def _countries_only(rules: tuple[Rule, ...]) -> CountriesOnly:
    """Without a register a rule can name only a code."""

    def unknown(text: str) -> Desk | None:
        return unknown_desk(text) if len(text) == 2 and text.isascii() and text.isupper() else None

    return CountriesOnly(resolve_rules(rules, unknown))


def _named(node: Node, registers: Sequence[Directory], plain: RegisterDirectory, text: str) -> Desk | None:
    """The desk an override names: a code as routing itself answers it, else as an officer would write to it."""
    if len(text) == 2:
        answer = plain.by_code(text)
        return None if isinstance(answer, Nobody) else answer
    for register in registers:
        try:
            found = find_recipient(node, register.register, text)
        except LiaisonError:
            continue
        entry = register.desk(found.participant, found.desk)
        if entry is not None:
            return desk_of(entry)
    return None


def _days(node: Node) -> Callable[[ResourceClaim], str | None]:
    """The day on which an issuer dated the entry of a claim; one entry holds many claims."""
    known: dict[tuple[str, int], str | None] = {}

    def day_of(claim: ResourceClaim) -> str | None:
        place = (claim.register, claim.index)
        if place not in known:
            with reading(node):
                size = FollowedRegister.objects.values_list("size", flat=True).get(register=claim.register)
                leaves = read_entries(DatabaseTileStore(claim.register), claim.index, claim.index + 1, size=size)
                known[place] = decode_entry(next(leaves)).payload.issued[:10]
        return known[place]

    return day_of


def _registers_stamp(node: Node) -> tuple[object, ...]:
    with reading(node):
        return tuple(FollowedRegister.objects.order_by("register").values_list("register", "trusted_size", "applied"))


def _files_stamp(home: Path) -> tuple[int | None, ...]:
    """When the files that routing follows were last changed."""
    places = (home / TABLES / INDEX, home / FILE_NAME)
    return tuple(place.stat().st_mtime_ns if place.exists() else None for place in places)
