"""Which ids and words does an exported document bear, so that exporting a case twice gives the same bytes?

    identifier(report, "indicator", "3")      UUIDv5 of our name space, the report's key, and the part

Invariant: nothing here draws time or chance; ids depend on the case, the part and what it says.
"""

from __future__ import annotations

import json
import re
from typing import Any

from liaison.exchange.values import Report
from liaison.wire.identifiers import format_uuid5

# UUIDv5 of the name "liaison" under the name space of URLs, once and for all.
SPACE = "5c0a5b12-0f6c-5b0e-8f0c-0b1f7a4d6e21"
PREFIX = "EXERCISE: "
UNKNOWN_DOMAIN = "unknown.invalid"


def identifier(report: Report, *parts: str) -> str:
    """The UUIDv5 of one part of an export."""
    return format_uuid5(SPACE, json.dumps([report.key, *parts]))


def shown_title(report: Report) -> str:
    """The title; an exercise says so in the first word, because some readers show nothing else."""
    return f"{PREFIX}{report.title}" if report.exercise else report.title


def plain_title(title: str, *, exercise: bool) -> str:
    """The title without the word that says exercise, where the document says it otherwise too."""
    return title.removeprefix(PREFIX) if exercise else title


def domain_of(mailbox: str) -> str:
    """The domain of a mailbox, or a name that can never exist."""
    found = mailbox.rpartition("@")[2].lower()
    return found if re.fullmatch(r"[a-z0-9.-]{1,253}", found) else UNKNOWN_DOMAIN


def printed(value: Any) -> bytes:
    """JSON as people read it: in the order it was written, two spaces, a line end."""
    return json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"
