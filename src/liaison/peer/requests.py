"""What does a peer ask, and who is it? One request at the door, before and after its sender is known.

Invariants: `caller` is set only after its signature was verified; `body()` reads at most the route's limit, checks the
signed digest, and is not called before the door let the request in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from liaison.errors import LiaisonError, MalformedError, NotNowError, UsageError, VerificationError
from liaison.keys.public import PublicKey
from liaison.wire.byte_ranges import ByteRange, parse_range
from liaison.wire.http import HttpAnswer


@dataclass(frozen=True, slots=True)
class Caller:
    """The node whose HTTP key signed the request."""

    register: str
    participant: str
    node: str
    key: PublicKey


@dataclass(frozen=True, slots=True)
class DoorRequest:
    """One request; header names are lower case, `query` has its question mark, `params` come from the path."""

    method: str
    authority: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: Callable[[], bytes]
    address: str = ""
    caller: Caller | None = None
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def known(self) -> Caller:
        """The verified sender. Raises VerificationError on a route that did not ask for one."""
        if self.caller is None:
            raise VerificationError("not-authentic")
        return self.caller

    def argument(self, name: str) -> str:
        """The one value of a query argument; empty if it is not there."""
        return dict(parse_qsl(self.query[1:])).get(name, "")


def answer(
    status: int,
    body: bytes = b"",
    content_type: str = "application/octet-stream",
    *,
    more: Mapping[str, str] | None = None,
) -> HttpAnswer:
    """An answer with a body of one type, and what more its headers say."""
    return HttpAnswer(status, body, {"content-type": content_type, **(more or {})})


def problem(status: int, code: str) -> HttpAnswer:
    """A refusal: its code, so that the other side can tell its operator what to do."""
    return HttpAnswer(status, f'{{"code":"{code}"}}'.encode(), {"content-type": "application/problem+json"})


STATUSES: Mapping[type[LiaisonError], int] = {
    MalformedError: 400,
    VerificationError: 403,
    UsageError: 404,
    NotNowError: 503,
}


def status_of(error: LiaisonError) -> int:
    """The status that says what kind of refusal an error is."""
    return next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 500)


def asked_range(text: str, *, size: int, most: int) -> ByteRange | HttpAnswer:
    """The range (at most `most` bytes) a header asks for of `size` bytes, cut at their end; else what to answer."""
    try:
        asked = parse_range(text, most=most)
    except MalformedError:
        return problem(416, "range-not-understood")
    if asked.start >= size:
        return problem(416, "range-beyond-the-end")
    return ByteRange(asked.start, min(asked.end, size))
