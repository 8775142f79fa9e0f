"""Where does a mail lie in a mailbox, and what lies there?"""

from __future__ import annotations

from dataclasses import dataclass


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
