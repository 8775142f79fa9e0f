"""How are many record parts asked for at once? Digests a line, answered by parts a line.

    0f3c…                      {"digest":"0f3c…","part":{…},"salt":"…"}
    1a77…                                                                  ← an empty line: not given
    1b02…                      {"digest":"1b02…",…}

Invariants: lines answer digests in order; an answer that grew long ends early, after at least one line, and the rest is
asked for again; every line ends with a line feed. Spec page: docs/spec/records.md.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Sequence

from liaison.errors import LiaisonError, MalformedError

MOST = 64
REQUEST_LIMIT = MOST * 65
ANSWER_FULL = 128 * 1024
ANSWER_LIMIT = ANSWER_FULL + 64 * 1024 + MOST + 1
_REQUEST = re.compile(rb"(?:[0-9a-f]{64}\n){1,64}")


def format_request(digests: Sequence[str]) -> bytes:
    """The body that asks for these parts, at most `MOST`."""
    return "".join(f"{digest}\n" for digest in digests).encode()


def parse_request(body: bytes) -> tuple[str, ...]:
    """The digests asked for. Raises `MalformedError`."""
    if _REQUEST.fullmatch(body) is None:
        raise MalformedError("record-list-malformed")
    return tuple(body.decode().splitlines())


def format_answer(digests: Iterable[str], give: Callable[[str], bytes]) -> bytes:
    """The lines for these digests; what `give` refuses with one of our errors is an empty line."""
    answer = bytearray()
    for digest in digests:
        with contextlib.suppress(LiaisonError):
            answer += give(digest)
        answer += b"\n"
        if len(answer) >= ANSWER_FULL:
            break
    return bytes(answer)


def parse_answer(body: bytes, *, asked: int) -> tuple[bytes, ...]:
    """The line for each of the first digests asked for, empty where none was given. Raises `MalformedError`."""
    lines = body.split(b"\n")
    if lines.pop() or not 1 <= len(lines) <= asked:
        raise MalformedError("record-list-malformed")
    return tuple(lines)
