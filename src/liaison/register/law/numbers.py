"""Which rules are there, and by which number does everybody name them?

    rule-07   a chain goes on: seq one more, prev the hash of the last payload of the chain

Invariants: a number never changes its meaning and is never used again; docs/spec/rules.md and `explanations.toml` hold
exactly these numbers (a test compares them).
"""

from __future__ import annotations

from enum import StrEnum
from typing import NoReturn

from liaison.errors import VerificationError


class Rule(StrEnum):
    """The numbered rules; the value is the code of the error."""

    FORM = "rule-01"
    OPENING = "rule-02"
    REGISTER = "rule-03"
    PLACE = "rule-04"
    PARTICIPANT = "rule-05"
    NODE = "rule-06"
    CHAIN = "rule-07"
    SIGNATURE = "rule-08"
    MISSING = "rule-09"
    SURPLUS = "rule-10"
    KEY = "rule-11"
    KEY_USE = "rule-12"
    KEY_GONE = "rule-13"
    THRESHOLD = "rule-14"
    TWICE = "rule-15"
    LIMIT = "rule-16"
    ADMITTED = "rule-17"
    FAMILY = "rule-18"
    REPLACES = "rule-19"
    NODE_ID = "rule-20"
    HOST = "rule-21"
    COSIGNER = "rule-22"
    WITNESS = "rule-23"
    POLICY = "rule-24"
    NOTED = "rule-25"
    QUORUM = "rule-26"
    OWNER = "rule-27"
    FINAL = "rule-28"
    DESK_KIND = "rule-29"
    DESK_ID = "rule-30"
    DESK = "rule-31"
    RESOURCE = "rule-32"
    ATTESTED = "rule-33"
    VERSION = "rule-34"
    NOMINATION = "rule-35"
    INSTRUMENT = "rule-36"
    ACT = "rule-37"
    REPLACED = "rule-38"
    CLAUSES = "rule-39"
    REPORT = "rule-40"


def broken(rule: Rule) -> NoReturn:
    """The entry breaks `rule`. Raises VerificationError."""
    raise VerificationError(rule.value)


def require(condition: bool, rule: Rule) -> None:
    """Go on if `condition` holds. Raises VerificationError."""
    if not condition:
        broken(rule)
