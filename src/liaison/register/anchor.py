"""Which register is meant, where is it found, and how far had it come when this was written?

    liaison anchor v1
    origin log.register.example
    register 5c1f0b…                              leaf hash of leaf 0: what is read over the telephone
    at https://register.example:8443              nought to eight addresses
    <empty line, then a cosigned checkpoint; or nothing>

Invariants: `format_anchor(parse_anchor(data)) == data`; the hash of leaf 0 never changes, so an old anchor stays good.
Spec page: docs/spec/anchor.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from liaison.errors import MalformedError, VerificationError
from liaison.register.bodies import RegisterOpened
from liaison.register.entries import Entry, decode_entry
from liaison.tlog.checkpoint import parse_checkpoint
from liaison.wire.note import Note, format_note, parse_note

ANCHOR_LIMIT = 32 * 1024
HEADER = "liaison anchor v1"
ADDRESSES = 8

_ORIGIN = re.compile(r"[a-z0-9.-]+(/[a-z0-9._-]+)*\Z")
_HASH = re.compile(r"[0-9a-f]{64}\Z")
_ADDRESS = re.compile(r"https?://[!-~]{1,200}\Z")


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where trust in a register begins."""

    origin: str
    register: str
    addresses: tuple[str, ...] = ()
    checkpoint: Note | None = None


def format_anchor(anchor: Anchor) -> bytes:
    """The bytes of an anchor file. Raises MalformedError for what could not be read back."""
    lines = [HEADER, f"origin {anchor.origin}", f"register {anchor.register}"]
    lines += [f"at {address}" for address in anchor.addresses]
    data = ("\n".join(lines) + "\n").encode()
    if anchor.checkpoint is not None:
        data += b"\n" + format_note(anchor.checkpoint)
    if parse_anchor(data) != anchor:
        raise MalformedError("anchor-malformed")
    return data


def parse_anchor(data: bytes) -> Anchor:
    """The anchor in these bytes. Raises MalformedError."""
    if len(data) > ANCHOR_LIMIT:
        raise MalformedError("anchor-too-large", size=len(data), limit=ANCHOR_LIMIT)
    head, separator, note = data.partition(b"\n\n")
    try:
        text = (head + b"\n" if separator else data).decode("ascii")
    except UnicodeDecodeError as error:
        raise MalformedError("anchor-malformed") from error
    lines = text.split("\n")
    if len(lines) < 4 or lines[0] != HEADER or lines[-1] != "":
        raise MalformedError("anchor-malformed")
    origin, register = _value(lines[1], "origin", _ORIGIN), _value(lines[2], "register", _HASH)
    addresses = tuple(_value(line, "at", _ADDRESS) for line in lines[3:-1])
    if len(addresses) > ADDRESSES or len(origin) > 120:
        raise MalformedError("anchor-malformed")
    return Anchor(origin, register, addresses, _checkpoint(note, origin) if separator else None)


def verify_opening(leaf: bytes, anchor: Anchor) -> Entry:
    """Leaf 0 in these bytes, when it opens the register the anchor names. Raises MalformedError, VerificationError."""
    entry = decode_entry(leaf, index=0)
    body = entry.body
    if entry.leaf != anchor.register or not isinstance(body, RegisterOpened) or body.origin != anchor.origin:
        raise VerificationError("anchor-other-register", register=anchor.register)
    return entry


def _value(line: str, name: str, form: re.Pattern[str]) -> str:
    found, _, value = line.partition(" ")
    if found != name or not form.match(value):
        raise MalformedError("anchor-malformed")
    return value


def _checkpoint(data: bytes, origin: str) -> Note:
    note = parse_note(data)
    if parse_checkpoint(note.text).origin != origin:
        raise MalformedError("anchor-malformed")
    return note
