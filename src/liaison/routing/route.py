"""Which desk answers for this resource, and why? One answer at a time or a whole column.

Order (docs/spec/routing.md §2), the first that says something is followed:
(1) the operator's overrides;
(2) resources published in the register, where they lead (`claims`);
(3) allocation data, the earlier of the given tables first: code → the code's desk by the directory;
(4) special-purpose space and space nobody is registered for: no desk, with the reason.

    Answer(desk=Desk(…, "XC", …), refusal=None, basis="allocation", code="XC", ground="XC",
           source="IPFire Location (tor-geoipdb)", date="2026-06-25", contested=())

Invariants:
- Every resource has exactly one answer, and an answer has a desk or a refusal, never both.
- "code" says where the resource is registered; nothing here says where traffic came from.
- All four layers are flattened into one table a family when the router is built; an answer is one search, and for one
  IPv4 address four subscripts (`single`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from liaison.errors import MalformedError
from liaison.routing.addresses import Family, Name, Resource, Stretch, format_stretch, ipv4_bytes, parse_resource
from liaison.routing.allocation import RangeTable
from liaison.routing.claims import (
    Claim,
    Claimed,
    Desk,
    Directory,
    Nobody,
    Override,
    claimed_names,
    claimed_stretches,
)
from liaison.routing.columns import REFUSALS, U8, Kind, Parsed, parse_column
from liaison.routing.names import closest, code_of
from liaison.routing.ranges import I32, NOTHING, Index, Ranges32, Ranges128, Span
from liaison.routing.single import SingleLookup
from liaison.routing.special import special_spans


class Basis(StrEnum):
    """What an answer rests on."""

    OVERRIDE = "override"
    CLAIM = "claim"
    ALLOCATION = "allocation"
    SUFFIX = "suffix"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Answer:
    """A desk with the reason for it, or a refusal code (a table in `explanations.toml`)."""

    desk: Desk | None
    refusal: str | None
    basis: Basis
    code: str | None = None
    """Where the resource is registered."""
    ground: str | None = None
    """The resource the override or claim names, or the code or suffix."""
    source: str | None = None
    """Name of the allocation data, the register's entry, or the operator's note."""
    date: str | None = None
    contested: tuple[Desk, ...] = ()
    """Desks that claim the resource and do not lead."""


class Router:
    """Answers from fixed tables; building it takes the time of flattening them once."""

    def __init__(self, tables: Sequence[RangeTable], directory: Directory) -> None:
        self.answers: list[Answer] = []
        """Every answer given so far; `answer_column` returns positions in it."""
        self._positions: dict[Answer, int] = {}
        self._refusals: dict[str, int] = {}
        self._directory = directory
        self._claims = directory.claims()
        self._overrides = directory.overrides()
        self._code_overrides = {rule.resource: rule for rule in self._overrides if isinstance(rule.resource, str)}
        self._name_overrides = {rule.resource.text: rule for rule in self._overrides if isinstance(rule.resource, Name)}
        self._name_claims = claimed_names(self._claims)
        self._suffixes: I32 = np.full(26 * 26, NOTHING, dtype=np.int32)
        self._no_suffix = self.refusal("no-country-code-suffix")
        self._ipv4 = self._flat32(tables, Family.IPV4)
        self._single = SingleLookup(self._ipv4, self.answers)
        self._ipv6 = self._flat128(tables)
        self._systems = self._flat32(tables, Family.AS)

    def answer(self, text: str) -> Answer:
        """Who answers for one address, prefix, AS number, name or URL."""
        try:
            first, second, third, last = ipv4_bytes(text)
            row, found = self._single.blocks[first][second]
            return found[row[third]]
        except IndexError:
            return self._single.find(first << 24 | second << 16 | third << 8 | last)
        except (OSError, ValueError):
            return self.answers[self._answer_text(text)]

    def answer_column(self, data: U8, starts: Index, ends: Index) -> I32:
        """Positions in `answers` for every text of a column (see `columns`); shape (n,)."""
        parsed = parse_column(data, starts, ends)
        found: I32 = np.full(len(starts), NOTHING, dtype=np.int32)
        rows = np.flatnonzero(parsed.kind == Kind.IPV4)
        found[rows] = self._ipv4.find(parsed.low[rows].astype(np.uint32))
        rows = np.flatnonzero(parsed.kind == Kind.IPV6)
        found[rows] = self._ipv6.find(parsed.high[rows], parsed.low[rows])
        for kind, reason in REFUSALS.items():
            found[parsed.kind == kind] = self.refusal(reason)
        rows = self._unruled(parsed, data)
        found[rows] = self._by_suffix(parsed.suffix[rows].astype(np.int32))
        rows = np.flatnonzero(found == NOTHING)
        view = data.data
        bounds = zip(starts[rows].tolist(), ends[rows].tolist(), strict=True)
        found[rows] = [self._answer_bytes(view[start:end].tobytes()) for start, end in bounds]
        return found

    def _unruled(self, parsed: Parsed, data: U8) -> Index:
        """The names that no override or claim encloses."""
        rows = np.flatnonzero(parsed.kind == Kind.NAME)
        ruled = {name.encode() for name in (*self._name_claims, *self._name_overrides)}
        if not ruled:
            return rows
        view = data.data
        bounds = zip(parsed.starts[rows].tolist(), parsed.ends[rows].tolist(), strict=True)
        free = [not _is_ruled(view[start:end].tobytes().lower(), ruled) for start, end in bounds]
        return rows[np.array(free, dtype=np.bool_)]

    def _answer_bytes(self, text: bytes) -> int:
        try:
            return self._answer_text(text.decode("utf-8"))
        except UnicodeDecodeError:
            return self.refusal("address-malformed")

    def _answer_text(self, text: str) -> int:
        try:
            resource = parse_resource(text)
        except MalformedError as error:
            return self.refusal(error.code)
        return self._answer_resource(resource)

    def _answer_resource(self, resource: Resource) -> int:
        return self._by_name(resource.text) if isinstance(resource, Name) else self._by_stretch(resource)

    def _by_stretch(self, stretch: Stretch) -> int:
        """The one answer that holds throughout; several are taken together only when they name the same desk."""
        table: Ranges32 | Ranges128 = self._ipv6
        if stretch.family is not Family.IPV6:
            table = self._ipv4 if stretch.family is Family.IPV4 else self._systems
        found = table.values[table.covers(stretch.first, stretch.last)].tolist()
        desks = {self.answers[number].desk for number in found}
        if len(found) > 1 and (None in desks or len(desks) > 1):
            return self.refusal("prefix-spans-allocations")
        return int(found[0])

    def _by_suffix(self, suffixes: I32) -> I32:
        """Answers for two-letter suffixes given as numbers, filling the table of 26 by 26 as they come up."""
        present = np.unique(suffixes[suffixes >= 0])
        for suffix in present[self._suffixes[present] == NOTHING].tolist():
            label = chr(97 + suffix // 26) + chr(97 + suffix % 26)
            self._suffixes[suffix] = self._by_name(label)
        return np.where(suffixes >= 0, self._suffixes[suffixes], self._no_suffix)

    def _by_name(self, name: str) -> int:
        ruled = closest(self._name_overrides, name)
        if ruled is not None:
            return self.number(_overridden(ruled[1], ruled[0]))
        code = code_of(name)
        base = refused("no-country-code-suffix")
        if code is not None:
            base = self._by_code(code, Basis.SUFFIX, "domain name suffix", None)
        claimed = closest(self._name_claims, name)
        if claimed is None:
            return self.number(base)
        return self.number(_claimed(Claimed(0, 0, claimed[1]), claimed[0], base))

    def _by_code(self, code: str, basis: Basis, source: str, date: str | None) -> Answer:
        """The desk of a country code, or why there is none."""
        rule = self._code_overrides.get(code)
        if rule is not None:
            return _overridden(rule, code)
        desk = self._directory.by_code(code)
        if isinstance(desk, Nobody):
            return Answer(None, desk.reason, basis, code, code, source, date)
        return Answer(desk, None, basis, code, code, source, date)

    def number(self, answer: Answer) -> int:
        """The position of an answer in `answers`, where it is put if it is new."""
        number = self._positions.setdefault(answer, len(self.answers))
        if number == len(self.answers):
            self.answers.append(answer)
        return number

    def refusal(self, reason: str) -> int:
        """The position of the answer that refuses for a reason lying in the resource itself."""
        if reason not in self._refusals:
            self._refusals[reason] = self.number(refused(reason))
        return self._refusals[reason]

    def _allocated(self, table: RangeTable) -> list[int]:
        """Position of the answer for each code of a table."""
        source = table.source
        return [self.number(self._by_code(code, Basis.ALLOCATION, source.name, source.date)) for code in table.codes]

    def _flat32(self, tables: Sequence[RangeTable], family: Family) -> Ranges32:
        layers = [table.ipv4 if family is Family.IPV4 else table.autonomous_systems for table in tables]
        base = Ranges32.of([(0, 2**32 - 1, self._unallocated(family, any(len(layer.starts) > 1 for layer in layers)))])
        base = Ranges32.of(self._special(family)).over(base)
        for table, layer in zip(reversed(tables), reversed(layers), strict=True):
            base = layer.mapped(self._allocated(table)).over(base)
        claims = self._claim_spans(base, family)
        return Ranges32.of(self._override_spans(family)).over(Ranges32.of(claims).over(base))

    def _flat128(self, tables: Sequence[RangeTable]) -> Ranges128:
        base = Ranges128.of([(0, 2**128 - 1, self._unallocated(Family.IPV6, True))])
        base = Ranges128.of(self._special(Family.IPV6)).over(base)
        for table in reversed(tables):
            base = table.ipv6.mapped(self._allocated(table)).over(base)
        claims = self._claim_spans(base, Family.IPV6)
        return Ranges128.of(self._override_spans(Family.IPV6)).over(Ranges128.of(claims).over(base))

    def _unallocated(self, family: Family, known: bool) -> int:
        return self.refusal("as-data-missing" if family is Family.AS and not known else "not-allocated")

    def _special(self, family: Family) -> list[Span]:
        return special_spans(family, self.refusal("special-purpose"))

    def _claim_spans(self, base: Ranges32 | Ranges128, family: Family) -> list[Span]:
        """Every claimed stretch, cut where the allocation under it changes."""
        if not self._claims:
            return []
        begins = [*base.begins(), 2**128]
        spans: list[Span] = []
        for claimed in claimed_stretches(self._claims, family):
            rows = base.covers(claimed.first, claimed.last)
            for row in range(rows.start, rows.stop):
                under = self.answers[int(base.values[row])]
                answer = _claimed(claimed, _ground(claimed.claims[0]), under)
                first, last = max(claimed.first, begins[row]), min(claimed.last, begins[row + 1] - 1)
                spans.append((first, last, self.number(answer)))
        return spans

    def _override_spans(self, family: Family) -> list[Span]:
        spans: list[Span] = []
        for rule in self._overrides:
            resource = rule.resource
            if isinstance(resource, Stretch) and resource.family is family:
                answer = _overridden(rule, format_stretch(resource))
                spans.append((resource.first, resource.last, self.number(answer)))
        return spans


def _is_ruled(name: bytes, ruled: set[bytes]) -> bool:
    name = name.removesuffix(b".")
    while name:
        if name in ruled:
            return True
        name = name.partition(b".")[2]
    return False


def refused(reason: str) -> Answer:
    """No desk, for a reason that lies in the resource itself."""
    return Answer(None, reason, Basis.NONE)


def _overridden(rule: Override, ground: str) -> Answer:
    refusal = None if rule.desk else "withheld-by-operator"
    return Answer(rule.desk, refusal, Basis.OVERRIDE, None, ground, rule.note, rule.date)


def _claimed(claimed: Claimed, ground: str, under: Answer) -> Answer:
    """The leading claim's answer, or the answer under it with the claims shown as contested."""
    first = claimed.claims[0]
    if claimed.leads(under.code):
        return Answer(first.desk, None, Basis.CLAIM, under.code, ground, first.entry, first.date)
    desks = tuple(dict.fromkeys(claim.desk for claim in claimed.claims))
    refusal = None if under.desk else "claim-contested"
    return Answer(under.desk, refusal, under.basis, under.code, under.ground, under.source, under.date, contested=desks)


def _ground(claim: Claim) -> str:
    return claim.resource.text if isinstance(claim.resource, Name) else format_stretch(claim.resource)
