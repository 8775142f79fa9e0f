"""What are a signature, a checkpoint and a key in a transcript worth?

    key             counts for                                                   otherwise
    in force        everything it signed                                         —
    replaced        what was composed before, and receipted within 60 days       invalid / sender's word only
    revoked         what another participant's key receipted before it was       sender's word only
                    suspect, by the receipt's checkpoint

Invariants (docs/spec/transcript.md):
- a receipt dates a message only when another participant signed it with a key that is not revoked;
- a key that is not of the node named is worth nothing, whatever it signed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from liaison.errors import LiaisonError, VerificationError
from liaison.keys.public import PublicKey
from liaison.keys.signing import verify_envelope
from liaison.messages.inbox import REPLACED_KEY_COUNTS_FOR
from liaison.messages.message import ComposedUnder
from liaison.messages.parties import DeskRef, NodeRef
from liaison.messages.receipts import SentCopy, SignedReceipt, compare_receipt
from liaison.messages.transcript.folded import RegisterJudge
from liaison.messages.transcript.included import KeysOfNodes
from liaison.messages.transcript.pack import TranscriptMessage
from liaison.messages.transcript.report import FindingCode, Standing
from liaison.register.standing import KeyStanding, log_time, message_key_standing
from liaison.wire.envelope import Envelope


@dataclass(frozen=True, slots=True)
class Certificate:
    """One receipt and what it is worth."""

    signed: SignedReceipt
    desk: DeskRef
    standing: Standing
    faults: tuple[FindingCode, ...]


@dataclass(frozen=True, slots=True)
class CopyJudgement:
    """One copy and what it is worth."""

    standing: Standing
    faults: tuple[FindingCode, ...]


class Bench:
    """The register (or single inclusions) that a whole transcript is judged by."""

    def __init__(self, judge: RegisterJudge | None, included: KeysOfNodes) -> None:
        self._judge = judge
        self._included = included

    def certify(self, signed: SignedReceipt, copy: TranscriptMessage) -> Certificate:
        """A receipt for `copy`: its signature, its checkpoint, and whether it speaks of that copy."""
        receipt, desk = signed.receipt, copy.payload.copy.desk
        faults = self._faults_of(signed.envelope, receipt.by, receipt.checkpoint)
        try:
            compare_receipt(receipt, _as_sent(copy, receipt.sealed))
        except VerificationError:
            faults = (*faults, FindingCode.RECEIPT_DOES_NOT_FIT)
        if faults:
            return Certificate(signed, desk, Standing.INVALID, faults)
        standing = self._standing(signed.envelope, receipt.by)
        if standing is None:
            return Certificate(signed, desk, Standing.NOT_CHECKED, ())
        worth = Standing.COUNTS if standing.revoked_index is None else Standing.SENDERS_WORD_ONLY
        return Certificate(signed, desk, worth, ())

    def judge_copy(self, copy: TranscriptMessage, held: Iterable[Certificate]) -> CopyJudgement:
        """A copy, given all receipts for the message: one dated receipt dates the core in every copy."""
        core = copy.payload.core

        def dated(standing: KeyStanding) -> bool:
            return any(self._dates(each, standing, core.sender) for each in held)

        return self.judge_signed(copy.envelope, core.sender, core.composed_under, dated)

    def judge_signed(
        self, envelope: Envelope, desk: DeskRef, under: ComposedUnder, dated: Callable[[KeyStanding], bool]
    ) -> CopyJudgement:
        """What the node of `desk` signed under a checkpoint; `dated` says whether somebody else saw it in time."""
        faults = self._faults_of(envelope, desk.at, under)
        if faults:
            return CopyJudgement(Standing.INVALID, faults)
        standing = self._standing(envelope, desk.at)
        if standing is None:
            return CopyJudgement(Standing.NOT_CHECKED, ())
        if not self._published(desk):
            return CopyJudgement(Standing.INVALID, (FindingCode.UNKNOWN_DESK,))
        if standing.replaced_index is not None and under.size > standing.replaced_index:
            return CopyJudgement(Standing.INVALID, (FindingCode.KEY_REPLACED,))
        if self._needs_no_date(standing) or dated(standing):
            return CopyJudgement(Standing.COUNTS, ())
        return CopyJudgement(Standing.SENDERS_WORD_ONLY, (FindingCode.SENDERS_WORD_ONLY,))

    def log_time(self, size: int) -> datetime | None:
        """The log time of the last of the first `size` entries, None without a log or before log time began."""
        return None if self._judge is None or size == 0 else log_time(self._judge.view, size - 1)

    def names(self, participants: Iterable[str]) -> Mapping[str, str]:
        """What the register calls these participants."""
        if self._judge is None:
            return {}
        states = [self._judge.view.participant(participant) for participant in sorted(participants)]
        return {state.id: state.labels.name for state in states if state is not None}

    def hosts(self, nodes: Iterable[NodeRef]) -> Mapping[NodeRef, NodeRef]:
        """Which of these nodes are hosted, and by which node: the host could read what was sealed to them."""
        found = {}
        for node in sorted(nodes):
            state = self._judge.view.participant(node.participant) if self._judge is not None else None
            host = state.nodes[node.node].host if state is not None and node.node in state.nodes else None
            if host is not None:
                found[node] = host
        return found

    def _faults_of(self, envelope: Envelope, node: NodeRef, under: ComposedUnder) -> tuple[FindingCode, ...]:
        """(2) and (3): the key is of the node, it signed, and the checkpoint lies on this history."""
        faults = self.signature_faults(envelope, node)
        if faults or self._judge is None:
            return faults
        root = self._judge.root(under.size)
        if root is None:
            return (FindingCode.LOG_TOO_SHORT,)
        return () if root == under.root else (FindingCode.ANOTHER_HISTORY,)

    def signature_faults(self, envelope: Envelope, node: NodeRef) -> tuple[FindingCode, ...]:
        """(2): the key is of the node, and it signed."""
        try:
            key = self._key(envelope, node)
        except VerificationError:
            return (FindingCode.KEY_NOT_OF_NODE if self._judge is not None else FindingCode.KEYS_MISSING,)
        try:
            verify_envelope(envelope, {envelope.signatures[0].keyid: key})
        except LiaisonError:
            return (FindingCode.BAD_SIGNATURE,)
        return ()

    def _key(self, envelope: Envelope, node: NodeRef) -> PublicKey:
        keyid = envelope.signatures[0].keyid
        if self._judge is not None:
            return message_key_standing(self._judge.view, node.participant, node.node, keyid).key
        try:
            return self._included[node, keyid]
        except KeyError as error:
            raise VerificationError("unknown-key", fingerprint=keyid) from error

    def _standing(self, envelope: Envelope, node: NodeRef) -> KeyStanding | None:
        if self._judge is None:
            return None
        return message_key_standing(self._judge.view, node.participant, node.node, envelope.signatures[0].keyid)

    def _published(self, desk: DeskRef) -> bool:
        """Whether the node ever published this desk; a withdrawn one stays known."""
        state = self._judge.view.participant(desk.participant) if self._judge is not None else None
        node = state.nodes.get(desk.node) if state is not None else None
        return node is not None and desk.desk in node.desks

    def _needs_no_date(self, standing: KeyStanding) -> bool:
        return standing.revoked_index is None and standing.replaced_index is None

    def _dates(self, certificate: Certificate, standing: KeyStanding, sender: DeskRef) -> bool:
        """(4) Whether another participant had the message while its key could still be believed."""
        receipt = certificate.signed.receipt
        if certificate.standing is not Standing.COUNTS or receipt.verdict != "accepted":
            return False
        if receipt.by.participant == sender.participant:
            return False
        return self.still_counted(standing, receipt.checkpoint.size)

    def still_counted(self, standing: KeyStanding, size: int) -> bool:
        """Whether what somebody saw under a checkpoint of that size was seen while the key could be believed."""
        if standing.revoked_index is not None:
            return size <= last_believed(standing)
        return self._within(standing.replaced_index or 0, size)

    def _within(self, replaced_index: int, size: int) -> bool:
        """By log time where it had begun; before that the receiver's clock decided, and its verdict stands."""
        replaced, received = self.log_time(replaced_index + 1), self.log_time(size)
        apart = received - replaced if replaced is not None and received is not None else timedelta(0)
        return apart <= REPLACED_KEY_COUNTS_FOR


def last_believed(standing: KeyStanding) -> int:
    """Of a revoked key: the size up to which what it signed is not suspect."""
    return (standing.revoked_index or 0) if standing.suspect_since is None else standing.suspect_since


def _as_sent(copy: TranscriptMessage, sealed: str) -> SentCopy:
    """What the sender would compare with; which sealing it was is not in the transcript."""
    core = copy.payload.core
    return SentCopy(
        register=core.register,
        id=core.id,
        sender=core.sender,
        desk=copy.payload.copy.desk,
        core_hash=copy.core_hash,
        message_hash=copy.message_hash,
        sealed=frozenset({sealed}),
        attachments=frozenset(attachment.sealed for attachment in core.attachments),
    )
