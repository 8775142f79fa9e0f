"""What does a custody record show, and what is found against it?

    lines     → what was done by which desk, by its own clock, worth what, and when an authority stamped it
    holders   → who has it under which conditions
    files     → the same, or different in these bytes, or not there
    findings  → what does not hold, and what could not be looked at

Invariants: `proven` is true only when the whole log was folded, every file that is asked for is the same, and nothing
contradicts the record; codes and plain values only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from liaison.cooperation.evidence.chain import Holder
from liaison.cooperation.evidence.custody import Line
from liaison.cooperation.evidence.manifest import FileCheck, Manifest
from liaison.messages.parties import DeskRef
from liaison.messages.transcript import Standing


class EvidenceFinding(StrEnum):
    """What the verifier came upon beside the codes of `chain.Fault` and of signatures and keys."""

    FILE_CHANGED = "file-changed"
    FILE_ABSENT = "file-absent"
    STAMP_NOT_BELIEVED = "stamp-not-believed"
    STAMPS_NOT_JUDGED = "stamps-not-judged"
    CLOCK_WENT_BACK = "clock-went-back"
    BEGUN_ANEW = "begun-anew"


HARMLESS = frozenset({"stamps-not-judged", "clock-went-back", "begun-anew", "not-witnessed", "senders-word-only"})
"""Codes that are told and take nothing away from the rest."""


@dataclass(frozen=True, slots=True)
class Noted:
    """One thing found, about a line or a file (empty: about the whole)."""

    code: str
    about: str = ""

    @property
    def fatal(self) -> bool:
        """Whether nothing is proven while this stands."""
        return self.code not in HARMLESS


@dataclass(frozen=True, slots=True)
class Written:
    """One line and what it is worth; `stamped` by the clock of a time-stamping authority that is believed."""

    line: Line
    line_hash: str
    standing: Standing
    stamped: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyReport:
    """All that a record shows; `files` is empty where nobody asked for the files."""

    register: str
    evidence: str
    exercise: bool
    judged: bool
    witnessed: bool
    names: Mapping[str, str]
    manifest: Manifest
    lines: tuple[Written, ...]
    holders: Mapping[DeskRef, Holder]
    files: tuple[FileCheck, ...]
    findings: tuple[Noted, ...]

    @property
    def proven(self) -> bool:
        """Whether the log was folded and nothing contradicts the record."""
        return self.judged and not any(each.fatal for each in self.findings)
