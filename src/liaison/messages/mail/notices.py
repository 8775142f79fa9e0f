"""How does an officer's answer to a notification by mail say which one it answers, and that they have it?

    References: <have.n0eMSLj2…@csirt.xc.example>      in the notification, and so in every answer to it
    4821                                               the code, alone in the first line that is not empty

Invariants: a program that answers by itself writes no such line; what the mail quotes does not count; the secret is
that of the link in the same mail, so an answer can do no more than whoever reads that mail.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_ANSWERED = re.compile(r"<have\.([A-Za-z0-9_-]{16,64})@[^>]*>")
_CODE = re.compile(r"\W*([0-9]{4})\W*")
LONGEST_LINE = 40


def answered_id(secret: str, mailbox: str) -> str:
    """What a notification from a mailbox refers to, for answers to carry it on."""
    return f"<have.{secret}@{mailbox.rpartition('@')[2]}>"


def secrets_in(answers: Iterable[str]) -> tuple[str, ...]:
    """The secrets among the Message-IDs that a mail refers to."""
    return tuple(found[1] for each in answers if (found := _ANSWERED.fullmatch(each)))


def code_in(text: str) -> str:
    """The code alone in the first line that is not empty; empty where there is none."""
    first = next((line for line in text[:4000].splitlines() if line.strip()), "")
    found = _CODE.fullmatch(first.strip()[:LONGEST_LINE])
    return found[1] if found else ""
