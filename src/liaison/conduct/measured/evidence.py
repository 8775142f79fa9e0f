"""What was counted of one network, by which measure, from which source, between which days?

    Evidence(asn=64496, measure=Measure.ROUTE_ORIGIN, source="Validator of XC", since=…, until=…,
             counts={"valid": 12, "invalid": 1, "not_found": 3}, rows=("192.0.2.0/24 invalid 2026-11-20T06:00:00Z",))

Invariants (docs/spec/measured.md):
- counts with source and days, and nothing else: no share, no score, no band, no order of networks;
- each measure has its own names of counts, all of them there, and at least one thing was counted;
- each measure speaks of one action of the agreed norms for network operators, named in `ACTIONS`;
- the rows are those that somebody has to look at, at most `MOST_ROWS`; the counts cover all of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from liaison.conduct.measured.routes import LARGEST_AS, Origins, Route, Validity
from liaison.errors import MalformedError
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import format_instant, parse_instant

MOST_ROWS = 200
MOST_COUNTED = 10_000_000
NO_LANGUAGE = "zxx"
"""The tag of what is in no language (BCP 47): rows of prefixes."""


class Measure(StrEnum):
    """What is measured."""

    ROUTE_ORIGIN = "route-origin"
    BOGONS = "bogons"
    CONTACTS = "contacts"


COUNTS: Mapping[Measure, tuple[str, ...]] = MappingProxyType(
    {
        Measure.ROUTE_ORIGIN: ("valid", "invalid", "not_found"),
        Measure.BOGONS: ("allocated", "special_purpose", "not_allocated"),
        Measure.CONTACTS: ("persons_answered", "persons_silent", "node_answered", "node_silent"),
    }
)
INSTRUMENT = "manrs-operators"
ACTIONS: Mapping[Measure, str] = MappingProxyType(
    {Measure.ROUTE_ORIGIN: "action-4", Measure.BOGONS: "action-1", Measure.CONTACTS: "action-3"}
)
"""The clause of the norms for network operators that a measure speaks of: validation, filtering, coordination."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was counted; `files` are name and SHA-256 of what it was counted from."""

    asn: int
    measure: Measure
    source: str
    since: datetime
    until: datetime
    counts: Mapping[str, int]
    rows: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        check_counts(self.measure, self.counts)
        if not 0 < self.asn <= LARGEST_AS or self.until < self.since or not self.source:
            raise MalformedError("measured-unfit")

    @property
    def action(self) -> str:
        """Which action it speaks of."""
        return ACTIONS[self.measure]


def check_counts(measure: Measure, counts: Mapping[str, int]) -> None:
    """Return if these are the counts of the measure, of at least one thing. Raises MalformedError."""
    unfit = any(not 0 <= each <= MOST_COUNTED for each in counts.values())
    if set(counts) != set(COUNTS[measure]) or unfit or not sum(counts.values()):
        raise MalformedError("measured-unfit")


@dataclass(frozen=True, slots=True)
class Source:
    """Whose data these are, and the files they came in."""

    name: str
    files: tuple[tuple[str, str], ...] = ()


def measure_origins(routes: Iterable[Route], source: Source, origins: Origins | None = None) -> list[Evidence]:
    """Counted by number: the state that the file gives, or the one that `origins` gives where there are any."""
    judged = [(route, origins.validity(route) if origins else route.validity) for route in routes]
    return _by_number(
        Measure.ROUTE_ORIGIN,
        source,
        [(route, state.value.replace("-", "_"), state is not Validity.VALID) for route, state in judged if state],
    )


def measure_bogons(routes: Iterable[Route], source: Source, space: Callable[[Route], str]) -> list[Evidence]:
    """Counted by number: announcements of space that is reserved or nobody's; `space` gives the name of the count."""
    judged = [(route, space(route)) for route in routes]
    return _by_number(Measure.BOGONS, source, [(route, name, name != "allocated") for route, name in judged])


@dataclass(frozen=True, slots=True)
class Asked:
    """One check of a published contact: when, whether a person was asked, whether an answer came."""

    at: datetime
    person: bool
    answered: bool


def measure_contact(asn: int, asked: Sequence[Asked], source: Source) -> Evidence | None:
    """Counted for the contact that answers for a number; None where nobody asked."""
    if not asked:
        return None
    counted = Counter(
        f"{'persons' if each.person else 'node'}_{'answered' if each.answered else 'silent'}" for each in asked
    )
    return Evidence(
        asn=asn,
        measure=Measure.CONTACTS,
        source=source.name,
        since=min(each.at for each in asked),
        until=max(each.at for each in asked),
        counts={name: counted[name] for name in COUNTS[Measure.CONTACTS]},
        files=source.files,
    )


def _by_number(measure: Measure, source: Source, judged: Sequence[tuple[Route, str, bool]]) -> list[Evidence]:
    networks: dict[int, list[tuple[Route, str, bool]]] = {}
    for each in judged:
        networks.setdefault(each[0].asn, []).append(each)
    return [_evidence(measure, source, asn, seen) for asn, seen in sorted(networks.items()) if asn]


def _evidence(measure: Measure, source: Source, asn: int, judged: Sequence[tuple[Route, str, bool]]) -> Evidence:
    counted = Counter(name for _, name, _ in judged)
    looked_at = sorted((str(route.prefix), name, route.seen) for route, name, odd in judged if odd)
    return Evidence(
        asn=asn,
        measure=measure,
        source=source.name,
        since=min(route.seen for route, _, _ in judged),
        until=max(route.seen for route, _, _ in judged),
        counts={name: counted[name] for name in COUNTS[measure]},
        rows=tuple(f"{prefix} {name} {format_instant(seen)}" for prefix, name, seen in looked_at[:MOST_ROWS]),
        files=source.files,
    )


def evidence_fields(evidence: Evidence) -> dict[str, JSON]:
    """What the form `conformance-notice` says of it, but for the time to answer."""
    fields: dict[str, JSON] = {
        "asn": evidence.asn,
        "measure": evidence.measure.value,
        "source": evidence.source,
        "since": format_instant(evidence.since),
        "until": format_instant(evidence.until),
        **evidence.counts,
    }
    if evidence.rows:
        fields["rows"] = {"lang": NO_LANGUAGE, "text": "\n".join(evidence.rows)}
    if evidence.files:
        fields["files"] = [{"name": name, "sha256": hashed} for name, hashed in evidence.files]
    return fields


def read_evidence(fields: Mapping[str, JSON]) -> Evidence:
    """The evidence in a notice. Raises MalformedError for one that says too little."""
    rows = fields.get("rows")
    try:
        measure = Measure(_text(fields, "measure"))
    except ValueError as error:
        raise MalformedError("measured-unfit") from error
    return Evidence(
        asn=_whole(fields.get("asn")),
        measure=measure,
        source=_text(fields, "source"),
        since=parse_instant(_text(fields, "since")),
        until=parse_instant(_text(fields, "until")),
        counts=said_counts(fields),
        rows=tuple(str(rows["text"]).split("\n")) if isinstance(rows, Mapping) else (),
        files=tuple((str(each["name"]), str(each["sha256"])) for each in _listed(fields.get("files"))),
    )


def said_counts(fields: Mapping[str, JSON]) -> dict[str, int]:
    """The counts that stand in a notice or in a review that corrects one, in the order of their measure."""
    return {name: _whole(fields[name]) for group in COUNTS.values() for name in group if name in fields}


def _listed(files: JSON) -> list[Mapping[str, JSON]]:
    return [each for each in files if isinstance(each, Mapping)] if isinstance(files, list | tuple) else []


def _text(fields: Mapping[str, JSON], name: str) -> str:
    return str(fields.get(name, ""))


def _whole(value: JSON) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise MalformedError("measured-unfit")
    return value
