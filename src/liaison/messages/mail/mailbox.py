"""What is a mailbox, where does a mail lie in one, and what lies there?"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MAILBOX = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,186}[A-Za-z0-9])?")


def fits_mailbox(text: str) -> bool:
    """Whether it is one mailbox that every mail server takes."""
    return _MAILBOX.fullmatch(text) is not None and ".." not in text


@dataclass(frozen=True, slots=True)
class MailPlace:
    """A place in a mailbox: RFC 9051's UIDVALIDITY and the UID of a mail; 0, 0 before the first."""

    validity: int = 0
    uid: int = 0


@dataclass(frozen=True, slots=True)
class FetchedBytes:
    """One mail as it lies there, and its place; `whole` unless it was too large."""

    at: MailPlace
    data: bytes
    whole: bool = True
