"""What may somebody who was not there believe of a case?

    Report → statements: who said what to whom, by which key, heard by whom, when and by whose clock
           → findings:   what does not hold, what is missing, what was withheld

Invariants (docs/spec/transcript.md):
- every time names its source: the sender's clock, a receiver's clock, or the log;
- `proven` is true only when the whole log was folded and nothing contradicts it; a gap or a withheld field is shown
  and does not take that away, a message that is only its sender's word neither;
- codes and plain values only: words for them stand in `data/codes/transcript.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from liaison.errors import Param
from liaison.messages.case import ACKNOWLEDGEMENT
from liaison.messages.letter_box import KeptNote
from liaison.messages.message import Core
from liaison.messages.parties import DeskRef, NodeRef
from liaison.wire.canonical import JSON


class Standing(StrEnum):
    """What a statement or a receipt is worth."""

    COUNTS = "counts"
    SENDERS_WORD_ONLY = "senders-word-only"
    NOT_CHECKED = "not-checked"
    INVALID = "invalid"
    ASSERTED = "asserted"
    """The exporting node wrote it down of somebody without a node: it signed that, and nobody of the register did."""


class FindingCode(StrEnum):
    """What the verifier came upon."""

    # Something contradicts the transcript.
    BAD_SIGNATURE = "bad-signature"
    KEY_NOT_OF_NODE = "key-not-of-node"
    KEY_REPLACED = "key-replaced"
    UNKNOWN_DESK = "unknown-desk"
    ANOTHER_HISTORY = "another-history"
    RECEIPT_DOES_NOT_FIT = "receipt-does-not-fit"
    RECEIPTS_CONTRADICT = "receipts-contradict"
    TOLD_DIFFERENTLY = "told-differently"
    PARTIES_CHANGED = "parties-changed"
    EXERCISE_MIXED = "exercise-mixed"
    # Something could not be looked at.
    KEYS_MISSING = "keys-missing"
    LOG_TOO_SHORT = "log-too-short"
    VALIDITY_NOT_CHECKED = "validity-not-checked"
    # Something is missing and may be anywhere.
    ASSERTED_ONLY = "asserted-only"
    NOT_WITNESSED = "not-witnessed"
    SENDERS_WORD_ONLY = "senders-word-only"
    FIELDS_WITHHELD = "fields-withheld"
    FIELDS_DO_NOT_FIT = "fields-do-not-fit"
    COPY_MISSING = "copy-missing"
    RECEIPT_MISSING = "receipt-missing"
    MESSAGES_MISSING = "messages-missing"
    NUMBER_USED_TWICE = "number-used-twice"
    CHAIN_BROKEN = "chain-broken"
    REFERENCE_MISSING = "reference-missing"
    ATTACHMENTS_NOT_RECEIPTED = "attachments-not-receipted"


FATAL = frozenset(
    {
        FindingCode.BAD_SIGNATURE,
        FindingCode.KEY_NOT_OF_NODE,
        FindingCode.KEY_REPLACED,
        FindingCode.UNKNOWN_DESK,
        FindingCode.ANOTHER_HISTORY,
        FindingCode.RECEIPT_DOES_NOT_FIT,
        FindingCode.RECEIPTS_CONTRADICT,
        FindingCode.TOLD_DIFFERENTLY,
        FindingCode.PARTIES_CHANGED,
        FindingCode.EXERCISE_MIXED,
        FindingCode.KEYS_MISSING,
        FindingCode.LOG_TOO_SHORT,
        FindingCode.VALIDITY_NOT_CHECKED,
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found, about the message with `core_hash` (None: about the case)."""

    code: FindingCode
    core_hash: str | None = None
    params: tuple[tuple[str, Param], ...] = ()

    @property
    def fatal(self) -> bool:
        """Whether the transcript proves nothing while this stands."""
        return self.code in FATAL


def found(code: FindingCode, core_hash: str | None = None, **params: Param) -> Finding:
    """A finding with its plain values by name."""
    return Finding(code, core_hash, tuple(sorted(params.items())))


@dataclass(frozen=True, slots=True)
class Heard:
    """One chain of receipts: the verdict with its time, and the attachments of the newest.

    `received` is by the receiver's clock, `received_by_log` the log time of the checkpoint it knew then.
    """

    desk: DeskRef
    by: NodeRef
    verdict: str
    reason: str | None
    received: str
    received_by_log: datetime | None
    attachments: tuple[str, ...]
    standing: Standing
    kept: tuple[KeptNote, ...] = ()
    """What letter boxes say in which it lay before; by their clocks."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One message: what its sender says, and what others certify.

    `composed` is by the sender's clock; `composed_by_log` the log time of the checkpoint it was composed under, so it
    was not composed earlier.
    """

    core: Core
    core_hash: str
    standing: Standing
    fields: Mapping[str, JSON]
    withheld: tuple[str, ...]
    composed_by_log: datetime | None
    heard: tuple[Heard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that a transcript shows, in the order of the case."""

    register: str
    case: str
    exercise: bool
    judged: bool
    witnessed: bool
    parties: tuple[DeskRef, ...]
    names: Mapping[str, str]
    hosts: Mapping[NodeRef, NodeRef]
    statements: tuple[Statement, ...]
    asserted: tuple[Statement, ...] = ()
    """What the exporting node wrote down of a mail or a guest: its word alone."""
    findings: tuple[Finding, ...]

    @property
    def proven(self) -> bool:
        """Whether the log was folded and nothing contradicts the transcript."""
        return self.judged and not any(finding.fatal for finding in self.findings)

    @property
    def acknowledged(self) -> Mapping[str, tuple[DeskRef, ...]]:
        """Core hash → the desks that acknowledged it, as far as their acknowledgements hold."""
        heard: dict[str, tuple[DeskRef, ...]] = {}
        for said in self.statements:
            core = said.core
            if core.form == ACKNOWLEDGEMENT and core.re is not None and said.standing is not Standing.INVALID:
                heard[core.re] = tuple(sorted({*heard.get(core.re, ()), core.sender}))
        return heard
