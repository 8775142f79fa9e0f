"""What did participants report about an instrument, as far as one reader may see it?

    viewer = Viewer(participant)                  of a participant; Viewer() is the public
    report_heads(node, register, viewer=viewer)                       who reported what, without what it says
    latest_reports(node, register, viewer=viewer)                     one a participant and instrument
    report_of(node, register, participant, "un-norms-2015", 2026, viewer=viewer)
    own_report(node, register, participant, "un-norms-2015", 2026)    whole, for the participant itself

Invariants:
- a participant that was succeeded speaks as its successor (`conduct.speaking`);
- one reader may see what its audience allows, whatever else is stored on the node for others;
- a part that does not say what its entry says of it is not shown; what is shown is what the log names now;
- nothing is counted beside another participant's, and nothing is ordered by how much was said.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from msgspec.structs import replace

from liaison.conduct.parts import Opened, check_part, join_parts, open_part
from liaison.conduct.reports import Report, decode_report
from liaison.conduct.speaking import Made, ids_of, spoken
from liaison.errors import LiaisonError, UsageError
from liaison.node.models import OwnReport, RecordPart
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.reads.register import directory
from liaison.node.unit_of_work import reading
from liaison.register.facts import Reported
from liaison.register.records import Reader, Record, may_see, verify_record
from liaison.register.vocabulary import REGISTER

REMEMBERED = 4096
AT_ONCE = 400

K = TypeVar("K")
V = TypeVar("V")

_known: OrderedDict[str, Opened] = OrderedDict()
"""Parts by their digest, which fixes what is in them; whether they are still held is asked each time."""
_told: OrderedDict[tuple[str, ...], Report | None] = OrderedDict()
"""The reports that these parts tell together."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: a participant of the register, or, without one, the public."""

    participant: str = ""


@dataclass(frozen=True, slots=True)
class ReportHead:
    """What the register says of a report, and whether this reader has anything of it (`shown`)."""

    participant: str
    name: str
    instrument: str
    period: int
    version: int
    entry: int
    """The leaf that names its parts."""
    withdrawn: bool
    shown: bool
    more: bool
    """Its entry names parts that this reader does not have."""
    versions: tuple[int, ...]
    """The leaves of all its versions, withdrawals included, in the order of the log."""
    suspect: bool
    """The key that signed it was revoked as of then."""


@dataclass(frozen=True, slots=True)
class ReportShown(ReportHead):
    """A report as one reader sees it; `report` is None where nothing of it is for this reader, or not here yet."""

    report: Report | None


def reports_of(node: Node, register: str, participant: str, *, viewer: Viewer) -> list[ReportShown]:
    """The reports of one participant, by instrument, the latest year first."""
    return _read(node, register, viewer, _wanted(node, register, participant=participant))


def report_heads(
    node: Node, register: str, *, viewer: Viewer, participant: str | None = None, instrument: str | None = None
) -> list[ReportHead]:
    """The reports of a register without what they say, by name of the participant and instrument, the latest year
    first."""
    wanted = _wanted(node, register, participant=participant, instrument=instrument)
    with reading(node):
        held = _audiences(register, [made.last for made in wanted])
    suspects = _suspects(node, register, {made.last.signer for made in wanted})
    heads = []
    for made in wanted:
        digests = (part.digest for part in made.last.body.parts)
        count = sum(1 for each in digests if each in held and _may(viewer, made.speaker.id, held[each]))
        heads.append(ReportHead(**_head(made, count, suspects)))
    return sorted(heads, key=_in_order)


def report_of(
    node: Node, register: str, participant: str, instrument: str, period: int, *, viewer: Viewer
) -> ReportShown:
    """One report. Raises UsageError where there is none."""
    wanted = _wanted(node, register, participant=participant, instrument=instrument, period=period)
    found = _read(node, register, viewer, wanted)
    if not found:
        raise UsageError("report-of-year-not-found", instrument=instrument[:64], period=period)
    return found[0]


def latest_reports(node: Node, register: str, *, viewer: Viewer) -> list[ReportShown]:
    """The latest report of each participant on each instrument that stands, by name of the participant."""
    return _read(node, register, viewer, _latest(_wanted(node, register)))


def report_records(
    node: Node, register: str, participant: str, instrument: str, period: int, *, viewer: Viewer
) -> list[Record]:
    """The record parts of a report that a reader may see, with their salts. Raises UsageError where there are none."""
    wanted = _wanted(node, register, participant=participant, instrument=instrument, period=period)
    with reading(node):
        held = _held(register, [made.last for made in wanted])
    parts = [(made.speaker.id, each) for made in wanted for each in _parts(made.writer, made.last, held)]
    records = [each.record for owner, each in parts if _may(viewer, owner, each.record.audience)]
    if not records:
        raise UsageError("report-of-year-not-found", instrument=instrument[:64], period=period)
    return records


def own_report(
    node: Node, register: str, participant: str, instrument: str, period: int, *, version: int | None = None
) -> Report | None:
    """An own report with the answers for the participant alone, as it was published last, or as that version.

    Only for whoever acts for the participant: the caller has checked that.
    """
    place = {"register": register, "instrument": instrument, "period": period}
    with reading(node):
        for writer in ids_of(directory(node, register), participant):
            rows = OwnReport.objects.filter(withdrawn=False, entry__isnull=False, participant=writer, **place)
            row = (rows if version is None else rows.filter(version=version)).order_by("-version").first()
            if row is not None:
                return _in_the_name_of(participant, decode_report(bytes(row.report)))
    return None


def own_latest(node: Node, register: str, participant: str) -> list[Report]:
    """The own reports of the latest years that stand, one on each instrument, as `own_report` gives them."""
    latest = _latest(_wanted(node, register, participant=participant))
    with reading(node):
        rows = OwnReport.objects.filter(register=register, participant__in={each.writer for each in latest})
        rows = rows.filter(withdrawn=False)
        places = rows.filter(entry__isnull=False).order_by("version")
        told = places.values_list("participant", "instrument", "period", "pk")
        last = {(writer, instrument, period): number for writer, instrument, period, number in told}
        bodies = [(each.writer, each.last.body.instrument, each.last.body.period) for each in latest]
        wanted = [last[place] for place in bodies if place in last]
        found = list(rows.filter(pk__in=wanted).order_by("instrument").values_list("report", flat=True))
    return [_in_the_name_of(participant, decode_report(bytes(each))) for each in found]


def _read(node: Node, register: str, viewer: Viewer, wanted: Sequence[Made]) -> list[ReportShown]:
    """These reports as a viewer sees them."""
    with reading(node):
        held = _held(register, [made.last for made in wanted])
    suspects = _suspects(node, register, {made.last.signer for made in wanted})
    return sorted((_one(made, held, viewer, suspects) for made in wanted), key=_in_order)


def _in_order(each: ReportHead) -> tuple[str, str, str, int]:
    return each.name, each.participant, each.instrument, -each.period


def _wanted(
    node: Node,
    register: str,
    *,
    participant: str | None = None,
    instrument: str | None = None,
    period: int | None = None,
) -> list[Made]:
    return [
        made
        for made in spoken(directory(node, register))
        if participant in (None, made.speaker.id)
        and instrument in (None, made.last.body.instrument)
        and period in (None, made.last.body.period)
    ]


def _latest(wanted: Iterable[Made]) -> list[Made]:
    """Of each participant and instrument the latest year whose report stands."""
    found: dict[tuple[str, str], Made] = {}
    for made in wanted:
        body, who = made.last.body, made.speaker.id
        before = found.get((who, body.instrument))
        if not body.withdrawn and (before is None or before.last.body.period < body.period):
            found[who, body.instrument] = made
    return list(found.values())


def _one(made: Made, held: dict[str, Opened], viewer: Viewer, suspects: dict[str, int]) -> ReportShown:
    owner = made.speaker.id
    parts = [each for each in _parts(made.writer, made.last, held) if _may(viewer, owner, each.record.audience)]
    report = _joined(parts)
    shown = None if report is None else _in_the_name_of(owner, report)
    return ReportShown(**_head(made, len(parts), suspects), report=shown)


def _in_the_name_of(participant: str, report: Report) -> Report:
    """The report as the word of who speaks for its writer now."""
    return report if report.participant == participant else replace(report, participant=participant)


def _head(made: Made, count: int, suspects: dict[str, int]) -> dict[str, Any]:
    """What the register says, where a reader has `count` of the parts."""
    state, last = made.speaker, made.last
    return {
        "participant": state.id,
        "name": state.labels.name,
        "instrument": last.body.instrument,
        "period": last.body.period,
        "version": last.body.version,
        "entry": last.index,
        "withdrawn": last.body.withdrawn,
        "shown": count > 0,
        "more": count < len(last.body.parts),
        "versions": tuple(each.index for each in made.versions),
        "suspect": last.signer in suspects and suspects[last.signer] <= last.index,
    }


def _joined(parts: Sequence[Opened]) -> Report | None:
    place = tuple(each.record.digest for each in parts)
    if place in _told:
        return _told[place]
    try:
        report = join_parts(parts)
    except LiaisonError:  # Its owner answered the same twice: nobody can say which of the two it means.
        report = None
    _remember(_told, place, report)
    return report


def _parts(participant: str, reported: Reported, held: dict[str, Opened]) -> Iterator[Opened]:
    """The parts that are here and say what their entry says of them."""
    for part in reported.body.parts:
        opened = held.get(part.digest)
        if opened is None:
            continue
        try:
            check_part(opened, participant=participant, body=reported.body)
        except LiaisonError:
            continue
        yield opened


def _may(viewer: Viewer, owner: str, audience: str) -> bool:
    if viewer.participant == owner:
        return True
    # The secretariat is no participant: it may see what everybody may.
    known = viewer.participant not in ("", REGISTER)
    return may_see(audience, Reader(viewer.participant, None, frozenset()) if known else None)


def _audiences(register: str, reports: Iterable[Reported]) -> dict[str, str]:
    """For whom the stored parts of these reports are, by digest; called inside a unit of reading."""
    wanted = [part.digest for each in reports for part in each.body.parts]
    found: dict[str, str] = {}
    for start in range(0, len(wanted), AT_ONCE):
        rows = RecordPart.objects.filter(register=register, digest__in=wanted[start : start + AT_ONCE])
        found |= dict(rows.exclude(part=b"").values_list("digest", "audience"))
    return found


def _held(register: str, reports: Iterable[Reported]) -> dict[str, Opened]:
    """The parts of these reports that are stored here, by digest; called inside a unit of reading."""
    wanted = [part.digest for each in reports for part in each.body.parts]
    found: dict[str, Opened] = {}
    for start in range(0, len(wanted), AT_ONCE):
        rows = RecordPart.objects.filter(register=register, digest__in=wanted[start : start + AT_ONCE])
        here = dict.fromkeys(rows.exclude(part=b"").values_list("digest", flat=True))
        found |= {digest: opened for digest in here if (opened := _known.get(digest)) is not None}
        unknown = [digest for digest in here if digest not in found]
        for digest, part in rows.filter(digest__in=unknown).values_list("digest", "part") if unknown else ():
            opened = _learn(digest, bytes(part))
            if opened is not None:
                found[digest] = opened
    return found


def _learn(digest: str, part: bytes) -> Opened | None:
    try:
        opened = open_part(verify_record(part, digest))
    except LiaisonError:  # Bytes that rotted say nothing.
        return None
    _remember(_known, digest, opened)
    return opened


def _remember(memory: OrderedDict[K, V], place: K, value: V) -> None:
    memory[place] = value
    while len(memory) > REMEMBERED:
        memory.popitem(last=False)


def _suspects(node: Node, register: str, signers: set[str]) -> dict[str, int]:
    """Those of these keys that were revoked as of some leaf, and of which."""
    if not signers:
        return {}
    facts = register_facts(node, register)
    keys = {each: facts.key(each) for each in signers}
    return {each: key.suspect_since for each, key in keys.items() if key is not None and key.suspect_since is not None}
