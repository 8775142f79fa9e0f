"""Who said what to whom, when by whose clock, and what is missing?

The steps (docs/spec/transcript.md):
 (1) form, order and disclosures hold: `decode_transcript` has seen to it;
 (2) every message, receipt and note of a letter box is signed by a message key of the node it names;
 (3) the checkpoints they state lie on the one history of the log;
 (4) each key counted when it was used, or somebody else dated what it signed before it was revoked;
 (5) receipts fit the copies they are for, and none contradicts another;
 (6) what is missing is listed: copies, receipts, numbers, references, attachments, withheld fields.

Invariant: without a judge (2) is done with keys that are shown to be in the log, (3) and (4) are not done at all, and
the report says "included; validity not checked".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from liaison.errors import MalformedError
from liaison.messages.case import CaseItem, CaseView, view_case
from liaison.messages.forms.catalogue import find_form
from liaison.messages.forms.checking import check_value
from liaison.messages.letter_box import KeptNote
from liaison.messages.message import Core
from liaison.messages.parties import NodeRef
from liaison.messages.receipts import SignedReceipt
from liaison.messages.transcript.folded import RegisterJudge
from liaison.messages.transcript.included import KeysOfNodes
from liaison.messages.transcript.pack import Transcript, TranscriptMessage
from liaison.messages.transcript.report import Finding, FindingCode, Heard, Report, Standing, Statement, found
from liaison.messages.transcript.witnesses import Bench, Certificate
from liaison.wire.canonical import JSON


def verify_transcript(transcript: Transcript, judge: RegisterJudge | None, included: KeysOfNodes) -> Report:
    """The report on a transcript, judged by a verified register, or without one by `verify_included` keys alone.

    Never raises for what the transcript says: every fault is a finding.
    """
    bench = Bench(judge, included)
    findings: list[Finding] = [] if judge is not None else [Finding(FindingCode.VALIDITY_NOT_CHECKED)]
    if judge is not None and judge.register != transcript.register:
        findings.append(Finding(FindingCode.ANOTHER_HISTORY))
    if judge is not None and not judge.witnessed:
        findings.append(Finding(FindingCode.NOT_WITNESSED))
    certificates = _certificates(transcript, bench, findings)
    view = view_case(_items(transcript, certificates))
    asserted = tuple(_written(transcript, each, bench, findings) for each in _by_time(transcript.asserted))
    findings += _of_case(view, frozenset(each.core_hash for each in asserted))
    statements = tuple(_statement(transcript, name, bench, certificates, findings) for name in _order(view))
    hosts = bench.hosts({desk.at for desk in view.parties})
    return Report(
        register=transcript.register,
        case=transcript.case,
        exercise=transcript.exercise,
        judged=judge is not None,
        witnessed=judge is not None and judge.witnessed,
        parties=tuple(sorted(view.parties)),
        names=bench.names(
            {desk.participant for desk in view.parties}
            | {host.participant for host in hosts.values()}
            | {word.note.by.participant for word in transcript.letters}
        ),
        hosts=hosts,
        statements=statements,
        asserted=asserted,
        findings=tuple(dict.fromkeys(findings)),
    )


Certificates = Mapping[str, tuple[Certificate, ...]]


def _order(view: CaseView) -> Iterator[str]:
    return (said.core_hash for said in view.said)


def _copies(transcript: Transcript, core_hash: str) -> list[TranscriptMessage]:
    return [message for message in transcript.messages if message.core_hash == core_hash]


def _items(transcript: Transcript, certificates: Certificates) -> list[CaseItem]:
    """For order only: the time is the first receiver's, or else the sender's."""
    items = []
    for message in transcript.messages:
        core, held = message.payload.core, certificates.get(message.message_hash, ())
        at = min((each.signed.receipt.received for each in held), default=core.composed)
        items.append(CaseItem(core, message.payload.copy, message.core_hash, message.message_hash, at))
    return items


def _certificates(transcript: Transcript, bench: Bench, findings: list[Finding]) -> Certificates:
    """(5) The receipts of each copy that are worth something, by message hash, each chain in its order."""
    copies = {message.message_hash: message for message in transcript.messages}
    by_copy: defaultdict[str, list[Certificate]] = defaultdict(list)
    for signed in transcript.receipts:
        copy = copies[signed.receipt.message or ""]
        certificate = bench.certify(signed, copy)
        by_copy[copy.message_hash].append(certificate)
        findings += [Finding(code, copy.core_hash) for code in certificate.faults]
    for name, held in by_copy.items():
        held.sort(key=lambda each: (each.signed.receipt.n, each.signed.receipt_hash))
        if not _is_chain([each.signed for each in held]):
            findings.append(Finding(FindingCode.RECEIPTS_CONTRADICT, copies[name].core_hash))
    return {name: tuple(held) for name, held in by_copy.items()}


def _is_chain(receipts: list[SignedReceipt]) -> bool:
    """One verdict, then receipts that each name the one before."""
    numbers = [each.receipt.n for each in receipts]
    verdicts = {(each.receipt.verdict, each.receipt.reason) for each in receipts}
    linked = all(
        later.receipt.prev == earlier.receipt_hash
        for earlier, later in pairwise(receipts)
        if later.receipt.n == earlier.receipt.n + 1
    )
    return len(set(numbers)) == len(numbers) and len(verdicts) == 1 and linked


def _statement(
    transcript: Transcript, core_hash: str, bench: Bench, certificates: Certificates, findings: list[Finding]
) -> Statement:
    copies = _copies(transcript, core_hash)
    core = copies[0].payload.core
    held = [each for copy in copies for each in certificates.get(copy.message_hash, ())]
    judgements = [bench.judge_copy(copy, held) for copy in copies]
    findings += [Finding(code, core_hash) for judgement in judgements for code in judgement.faults]
    findings += _of_statement(transcript, copies, certificates)
    fields: Mapping[str, JSON] = transcript.values(core)
    return Statement(
        core=core,
        core_hash=core_hash,
        standing=_worst(judgement.standing for judgement in judgements),
        fields=fields,
        withheld=tuple(sorted(core.fields.keys() - fields.keys())),
        composed_by_log=bench.log_time(core.composed_under.size),
        heard=tuple(_heard(chain, bench, _kept(transcript, chain, bench, findings)) for chain in _chains(held)),
    )


def _by_time(asserted: Iterable[TranscriptMessage]) -> list[TranscriptMessage]:
    return sorted(asserted, key=lambda each: (each.payload.core.composed, each.message_hash))


def _written(transcript: Transcript, copy: TranscriptMessage, bench: Bench, findings: list[Finding]) -> Statement:
    """What the exporting node wrote down of a mail or a guest: signed by a key of that node, or it does not hold."""
    core, fields = copy.payload.core, transcript.values(copy.payload.core)
    writer = transcript.exported_by
    faults = bench.signature_faults(copy.envelope, writer.at) if writer is not None else (FindingCode.KEY_NOT_OF_NODE,)
    findings += [Finding(code, copy.core_hash) for code in (*faults, FindingCode.ASSERTED_ONLY)]
    withheld = tuple(sorted(core.fields.keys() - fields.keys()))
    if withheld:
        findings.append(found(FindingCode.FIELDS_WITHHELD, copy.core_hash, count=len(withheld)))
    if not _fit(core, fields):
        findings.append(Finding(FindingCode.FIELDS_DO_NOT_FIT, copy.core_hash))
    return Statement(
        core=core,
        core_hash=copy.core_hash,
        standing=Standing.INVALID if faults else Standing.ASSERTED,
        fields=fields,
        withheld=withheld,
        composed_by_log=bench.log_time(core.composed_under.size),
        heard=(),
    )


def _worst(standings: Iterable[Standing]) -> Standing:
    order = (Standing.INVALID, Standing.NOT_CHECKED, Standing.SENDERS_WORD_ONLY, Standing.COUNTS)
    return min(standings, key=order.index)


def _chains(held: Iterable[Certificate]) -> list[list[Certificate]]:
    """The receipts of each copy, from the verdict to the newest."""
    chains: defaultdict[str, list[Certificate]] = defaultdict(list)
    for each in sorted(held, key=lambda each: each.signed.receipt.n):
        chains[each.signed.receipt.message or ""].append(each)
    return list(chains.values())


def _kept(
    transcript: Transcript, chain: list[Certificate], bench: Bench, findings: list[Finding]
) -> tuple[KeptNote, ...]:
    """What letter boxes say of the bytes that these receipts speak of, where they signed it."""
    said = []
    for word in transcript.letters:
        receipt = chain[0].signed.receipt
        if (word.note.owner, word.note.sealed) == (receipt.by, receipt.sealed):
            faults = bench.signature_faults(word.envelope, word.note.by)
            findings += [Finding(code, receipt.core) for code in faults]
            said += [] if faults else [word.note]
    return tuple(said)


def _heard(chain: list[Certificate], bench: Bench, kept: tuple[KeptNote, ...]) -> Heard:
    receipt = chain[0].signed.receipt
    return Heard(
        desk=chain[0].desk,
        by=receipt.by,
        verdict=receipt.verdict,
        reason=receipt.reason,
        received=receipt.received,
        received_by_log=bench.log_time(receipt.checkpoint.size),
        attachments=chain[-1].signed.receipt.attachments,
        standing=_worst(each.standing for each in chain),
        kept=kept,
    )


def _of_statement(
    transcript: Transcript, copies: list[TranscriptMessage], certificates: Certificates
) -> Iterator[Finding]:
    """(6) What is missing around one message."""
    core, core_hash = copies[0].payload.core, copies[0].core_hash
    withheld = sum(part is None for part in transcript.shown[core_hash].values())
    if withheld:
        yield found(FindingCode.FIELDS_WITHHELD, core_hash, count=withheld)
    if not _fit(core, transcript.values(core)):
        yield found(FindingCode.FIELDS_DO_NOT_FIT, core_hash)
    here = {copy.payload.copy.desk for copy in copies}
    for desk in sorted(set(core.to) - here):
        yield found(FindingCode.COPY_MISSING, core_hash, desk=str(desk))
    wanted = {attachment.sealed for attachment in core.attachments}
    for copy in copies:
        held = certificates.get(copy.message_hash, ())
        desk_name = str(copy.payload.copy.desk)
        if not held:
            yield found(FindingCode.RECEIPT_MISSING, core_hash, desk=desk_name)
        elif held[-1].signed.receipt.verdict == "accepted" and wanted - set(held[-1].signed.receipt.attachments):
            yield found(FindingCode.ATTACHMENTS_NOT_RECEIPTED, core_hash, desk=desk_name)


def _fit(core: Core, shown: Mapping[str, JSON]) -> bool:
    """Whether what is shown fits a known form; what is withheld may be anything."""
    try:
        form = find_form(core.form, core.form_version)
        for name, value in shown.items():
            check_value(form.fields[name], value)
    except (MalformedError, KeyError):
        return False
    return core.form_hash == form.hash


_TROUBLES = {
    "missing": FindingCode.MESSAGES_MISSING,
    "number-used-twice": FindingCode.NUMBER_USED_TWICE,
    "chain-broken": FindingCode.CHAIN_BROKEN,
}


def _of_case(view: CaseView, asserted: frozenset[str]) -> Iterator[Finding]:
    """(6) What is missing or contradictory in the case as a whole; what is referred to may be only asserted."""
    if len({said.core.parties for said in view.said}) > 1:
        yield Finding(FindingCode.PARTIES_CHANGED)
    if len({said.core.exercise for said in view.said}) > 1:
        yield Finding(FindingCode.EXERCISE_MIXED)
    for node, _ in view.told_differently:
        yield found(FindingCode.TOLD_DIFFERENTLY, None, node=_name(node))
    for gap in view.gaps:
        yield found(_TROUBLES[gap.trouble], node=_name(gap.sender), desk=str(gap.desk), count=gap.count)
    for reference in sorted(view.unknown_references - asserted):
        yield Finding(FindingCode.REFERENCE_MISSING, reference)


def _name(node: NodeRef) -> str:
    return f"{node.participant[:8]}/{node.node}"
