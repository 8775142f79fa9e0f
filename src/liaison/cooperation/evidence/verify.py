"""Does a custody record hold, and are the files beside it those that were collected?

The steps (docs/spec/evidence.md):
 (1) form and order hold: `record` and `container` have seen to it;
 (2) every line is signed by a message key of the node of its desk, under a checkpoint on the one history of the log;
 (3) that key counted then, or somebody else dated the line: another participant's line that builds on it, or a stamp;
 (4) the record folds without a fault (`chain`);
 (5) every stamp is by an authority that the reader trusts;
 (6) every file has the bytes that the manifest names, and where it has not, in which pieces.

Invariant: never raises for what the record says; every fault is a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from liaison.cooperation.evidence.chain import Custody
from liaison.cooperation.evidence.custody import SignedLine
from liaison.cooperation.evidence.manifest import FileCheck, Manifest, compare_file
from liaison.cooperation.evidence.record import Record
from liaison.cooperation.evidence.report import CustodyReport, EvidenceFinding, Noted, Written
from liaison.cooperation.evidence.stamps import StampTrust, verify_stamp
from liaison.errors import LiaisonError
from liaison.messages.inbox import REPLACED_KEY_COUNTS_FOR
from liaison.messages.parties import DeskRef
from liaison.messages.transcript import FindingCode, RegisterJudge, Standing
from liaison.messages.transcript.witnesses import Bench, CopyJudgement, last_believed
from liaison.register.standing import KeyStanding
from liaison.wire.identifiers import parse_instant

Stamped = Mapping[str, datetime]
Later = Mapping[str, list[SignedLine]]


def verify_record(
    record: Record, judge: RegisterJudge | None, *, trust: StampTrust | None = None, files: Iterable[FileCheck] = ()
) -> CustodyReport:
    """The report on a record, judged by a verified register; `files` are those that were compared with the manifest."""
    custody, compared = record.fold(), tuple(files)
    first = custody.order[0].line
    findings = [] if judge is not None else [Noted(FindingCode.VALIDITY_NOT_CHECKED)]
    if judge is not None and judge.register != first.register:
        findings.append(Noted(FindingCode.ANOTHER_HISTORY))
    if judge is not None and not judge.witnessed:
        findings.append(Noted(FindingCode.NOT_WITNESSED))
    stamped = _stamped(record, trust, findings)
    lines = tuple(_written(custody, Bench(judge, {}), stamped, findings))
    findings += [Noted(each.fault, each.line_hash or "") for each in custody.broken]
    findings += [Noted(EvidenceFinding.CLOCK_WENT_BACK, each) for each in _set_back(custody)]
    findings += [Noted(EvidenceFinding.BEGUN_ANEW, each) for each in _begun_anew(custody)]
    findings += [Noted(*_against(each)) for each in compared if not each.same]
    return CustodyReport(
        register=first.register,
        evidence=custody.evidence,
        exercise=any(each.line.exercise for each in custody.order),
        judged=judge is not None,
        witnessed=judge is not None and judge.witnessed,
        names=Bench(judge, {}).names(desk.participant for desk in _desks(custody)),
        manifest=record.manifest,
        lines=lines,
        holders=custody.holders,
        files=compared,
        findings=tuple(dict.fromkeys(findings)),
    )


def compare_files(manifest: Manifest, given: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[FileCheck]:
    """Each file of the manifest against what was given under its hash; what was not given is told too."""
    absent = list(manifest.files)
    for name, chunks in given:
        same = [each for each in absent if each.sha256 == name]
        absent = [each for each in absent if each.sha256 != name]
        checked = compare_file(same[0], chunks)
        yield from (replace(checked, file=each) for each in same)
    yield from (FileCheck(each, None) for each in absent)


def _against(check: FileCheck) -> tuple[str, str]:
    absent = check.found is None
    return EvidenceFinding.FILE_ABSENT if absent else EvidenceFinding.FILE_CHANGED, check.file.name


def _desks(custody: Custody) -> Iterator[DeskRef]:
    for each in custody.order:
        yield each.line.by
        if each.line.to is not None:
            yield each.line.to


def _stamped(record: Record, trust: StampTrust | None, findings: list[Noted]) -> Stamped:
    """(5) The times of the stamps that are believed."""
    if trust is None:
        findings += [Noted(EvidenceFinding.STAMPS_NOT_JUDGED)] if record.stamps else []
        return {}
    payloads = {each.line_hash: each.envelope.payload for each in record.lines}
    found = {}
    for name, stamp in record.stamps.items():
        try:
            found[name] = verify_stamp(stamp, payloads[name], trust)
        except LiaisonError:
            findings.append(Noted(EvidenceFinding.STAMP_NOT_BELIEVED, name))
    return found


def _written(custody: Custody, bench: Bench, stamped: Stamped, findings: list[Noted]) -> Iterator[Written]:
    """(2), (3)."""
    later = _next_lines(custody)
    for each in custody.order:
        judged = _judge(each, bench, later, stamped.get(each.line_hash))
        findings += [Noted(code, each.line_hash) for code in judged.faults]
        yield Written(each.line, each.line_hash, judged.standing, stamped.get(each.line_hash))


def _judge(signed: SignedLine, bench: Bench, later: Later, stamp: datetime | None) -> CopyJudgement:
    line = signed.line

    def dated(standing: KeyStanding) -> bool:
        behind = _all_behind(signed.line_hash, later)
        return _by_stamp(bench, standing, stamp) or any(_dates(bench, each, signed, standing) for each in behind)

    return bench.judge_signed(signed.envelope, line.by, line.under, dated)


def _dates(bench: Bench, witness: SignedLine, of: SignedLine, standing: KeyStanding) -> bool:
    """Whether a line that builds on another shows that it was there while its key could still be believed.

    Where the key was only replaced, the desk's own next line says so too; of a revoked one nobody's own word counts.
    """
    line = witness.line
    if line.by.participant == of.line.by.participant and standing.revoked_index is not None:
        return False
    seen = bench.judge_signed(witness.envelope, line.by, line.under, lambda _: False)
    own = line.by.participant == of.line.by.participant
    return seen.standing is Standing.COUNTS and (own or bench.still_counted(standing, line.under.size))


def _by_stamp(bench: Bench, standing: KeyStanding, stamp: datetime | None) -> bool:
    """Log time never runs ahead, so what was stamped before it was there before that entry."""
    if stamp is None:
        return False
    revoked = standing.revoked_index is not None
    until = bench.log_time(last_believed(standing) if revoked else standing.replaced_index or 0)
    return until is not None and stamp <= until + (timedelta(0) if revoked else REPLACED_KEY_COUNTS_FOR)


def _next_lines(custody: Custody) -> Later:
    """The lines that name each."""
    later: dict[str, list[SignedLine]] = {each.line_hash: [] for each in custody.order}
    for each in custody.order:
        for name in (each.line.prev, each.line.takes, each.line.consent):
            if name in later:
                later[name].append(each)
    return later


def _all_behind(name: str, later: Later) -> Iterator[SignedLine]:
    """The lines that build on one, however far behind it."""
    seen: set[str] = set()
    waiting = list(later[name])
    while waiting:
        each = waiting.pop()
        if each.line_hash not in seen:
            seen.add(each.line_hash)
            yield each
            waiting += later[each.line_hash]


def _set_back(custody: Custody) -> Iterator[str]:
    """Lines that say an earlier time than one they build on."""
    at = {each.line_hash: parse_instant(each.line.at) for each in custody.order}
    for each in custody.order:
        before = [at[name] for name in (each.line.prev, each.line.takes) if name in at]
        if any(at[each.line_hash] < when for when in before):
            yield each.line_hash


def _begun_anew(custody: Custody) -> Iterator[str]:
    """The first lines of desks whose node was put back from a backup."""
    epochs: dict[DeskRef, set[str]] = {}
    for each in custody.order:
        known = epochs.setdefault(each.line.by, set())
        if known and each.line.epoch not in known:
            yield each.line_hash
        known.add(each.line.epoch)
