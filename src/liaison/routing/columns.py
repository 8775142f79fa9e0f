"""What do these thousands of texts name? The grammar of `addresses`, run over whole columns with numpy.

A column is one byte buffer with the start and end of every text; nothing is copied out of it:

    data    …,192.0.2.7,x\\n…,2001:db8::7,y\\n…,www.example.fr,z\\n     uint8, shape (bytes + MARGIN,)
    starts    ↑               ↑                 ↑                      int64, shape (n,)
    ends               ↑                 ↑                    ↑        int64, shape (n,)

Invariants:
- A text is read here only when its form is the usual one; whatever is not recognised (prefixes, URLs, AS numbers,
  native script, malformed text) is left with kind OTHER for `addresses.parse_resource`.
- What is read here is read as `parse_resource` would read it (`tests/routing/test_columns.py` compares the two). That
  holds for what is refused too: NO_TEXT, NO_ADDRESS and NO_HOST are texts of the usual letters that name nothing.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from liaison.routing.addresses import TEXT_LIMIT, ipv6_bytes
from liaison.routing.ranges import U32, U64, Index

U8 = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

MARGIN = 64
"""Bytes that may be read beyond the last text; `buffer` adds them."""
SPACES = 8
"""Spaces around a text that are passed over here; more of them leave the text to the slow way."""

DOT, COLON, SLASH = ord("."), ord(":"), ord("/")
_PLAIN_URL = re.compile(
    rb"[A-Za-z][A-Za-z0-9+.-]*://"
    rb"(?:(?P<host>[A-Za-z0-9._-]+)|\[(?P<ipv6>[0-9A-Fa-f:]*:[0-9A-Fa-f:]*)\])"
    rb"(?::(?P<port>[0-9]{0,5}))?(?:[/?#][!-\[\]-~]*)?"
)
"""A URL without user information, escapes in the host, backslash or any other byte that needs a closer look."""


_COLONS_AND_HEX = re.compile(r"[0-9A-Fa-f]*(?::[0-9A-Fa-f]*){2,}")


class Kind(IntEnum):
    """How a text was read."""

    OTHER = 0
    IPV4 = 1
    IPV6 = 2
    NAME = 3
    NO_TEXT = 4
    NO_ADDRESS = 5
    NO_HOST = 6


REFUSALS = {Kind.NO_TEXT: "address-missing", Kind.NO_ADDRESS: "address-malformed", Kind.NO_HOST: "host-malformed"}
"""What `parse_resource` refuses those texts with."""


@dataclass(frozen=True, slots=True, eq=False)
class Parsed:
    """One row a text. `high` is used for IPv6; `low` for IPv4 and IPv6; `suffix` for names."""

    kind: U8
    high: U64
    low: U64
    suffix: npt.NDArray[np.int16]
    """26 times the first + the second letter of a two-letter last label, -1 where the last label is longer."""
    starts: Index
    ends: Index
    """Where the address or name itself stands in the buffer."""


def _table(classes: dict[str, int], other: int) -> U8:
    table = np.full(256, other, dtype=np.uint8)
    for letters, number in classes.items():
        table[list(letters.encode())] = number
    return table


_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
BAD, LETTER, DIGIT, DASH, POINT, FOREIGN = range(6)
_NAME_CLASS = _table({_LETTERS: LETTER, "0123456789_": DIGIT, "-": DASH, ".": POINT, ":/[": FOREIGN}, BAD)
_NAME_CLASS[128:] = FOREIGN
"""FOREIGN bytes begin another form (a port, a prefix, a URL, a native script), which is read the slow way."""

QUAD = 16
"""Bytes that are looked at for an IPv4 address: 15 at most, and one that is never part of it and counts as 0."""


def _layouts() -> tuple[U8, Index, npt.NDArray[np.uint16]]:
    """For dots at the set bits and the length at one bit above: a number, 0 where such a text is no address; and for
    each number where the three digits of the four octets stand, and the least that an octet of that length can be."""
    number_of = np.zeros(1 << QUAD, dtype=np.uint8)
    columns, least = [[QUAD - 1] * 12], [[0] * 4]
    for lengths in itertools.product((1, 2, 3), repeat=4):
        ends = [end + octet for octet, end in enumerate(itertools.accumulate(lengths))]
        number_of[sum(1 << end for end in ends)] = len(columns)
        filled = zip(ends, lengths, strict=True)
        columns.append([end - 3 + k if length >= 3 - k else QUAD - 1 for end, length in filled for k in range(3)])
        least.append([(0, 0, 10, 100)[length] for length in lengths])
    return number_of, np.array(columns, dtype=np.int64), np.array(least, dtype=np.uint16)


_LAYOUT, _DIGITS, _LEAST = _layouts()


def buffer(data: bytes) -> U8:
    """The bytes as numbers, with the margin that fixed-width reading needs."""
    return np.frombuffer(data + bytes(MARGIN), dtype=np.uint8)


def parse_column(data: U8, starts: Index, ends: Index) -> Parsed:
    """Read every text of the column; shape (n,) each."""
    starts, ends = trimmed(data, starts, ends)
    count = len(starts)
    parsed = Parsed(
        kind=np.zeros(count, dtype=np.uint8),
        high=np.zeros(count, dtype=np.uint64),
        low=np.zeros(count, dtype=np.uint64),
        suffix=np.full(count, -1, dtype=np.int16),
        starts=starts,
        ends=ends,
    )
    _read(parsed, data, np.arange(count))
    rows = _narrow_to_hosts(parsed, data)
    if len(rows):
        _read(parsed, data, rows)
    return parsed


def _read(parsed: Parsed, data: U8, rows: Index) -> None:
    """Fill in what the texts between `starts` and `ends` of these rows name."""
    starts, lengths = parsed.starts[rows], parsed.ends[rows] - parsed.starts[rows]
    parsed.kind[rows[lengths == 0]] = Kind.NO_TEXT
    left = np.flatnonzero((lengths >= 7) & (lengths <= 15))
    good, wrong, numbers = parse_ipv4(data, starts[left], lengths[left])
    found = rows[left[good]]
    parsed.kind[found], parsed.low[found] = Kind.IPV4, numbers[good]
    parsed.kind[rows[left[wrong]]] = Kind.NO_ADDRESS

    left = np.flatnonzero((parsed.kind[rows] == Kind.OTHER) & (lengths >= 2) & (lengths <= 39))
    left = left[_has_early_colon(data, starts[left], lengths[left])]
    good, wrong, high, low = parse_ipv6(data, starts[left], lengths[left])
    found, high, low = rows[left[good]], high[good], low[good]
    mapped = (high == 0) & (low >> np.uint64(32) == 0xFFFF)
    parsed.kind[found] = np.where(mapped, Kind.IPV4, Kind.IPV6)
    parsed.high[found], parsed.low[found] = high, np.where(mapped, low & np.uint64(0xFFFFFFFF), low)
    parsed.kind[rows[left[wrong]]] = Kind.NO_ADDRESS

    left = np.flatnonzero((parsed.kind[rows] == Kind.OTHER) & (lengths >= 3) & (lengths < MARGIN))
    good, wrong, suffixes = parse_names(data, starts[left], lengths[left])
    found = rows[left[good]]
    parsed.kind[found], parsed.suffix[found] = Kind.NAME, suffixes[good]
    parsed.kind[rows[left[wrong]]] = Kind.NO_HOST


def _narrow_to_hosts(parsed: Parsed, data: U8) -> Index:
    """The rows that are plain URLs; their `starts` and `ends` are moved to the host."""
    rows = np.flatnonzero((parsed.kind == Kind.OTHER) & (parsed.ends - parsed.starts <= TEXT_LIMIT))
    rows = rows[_has_scheme(data, parsed.starts[rows], parsed.ends[rows])]
    found: list[tuple[int, int, int]] = []
    view = data.data
    for row, start, end in zip(rows.tolist(), parsed.starts[rows].tolist(), parsed.ends[rows].tolist(), strict=True):
        url = _PLAIN_URL.fullmatch(view, start, end)
        if url is not None and int(url["port"] or 0) <= 65535:
            found.append((row, *url.span("host" if url["host"] else "ipv6")))
    columns = np.array(found, dtype=np.int64).reshape(len(found), 3)
    hosts = columns[:, 0]
    parsed.starts[hosts], parsed.ends[hosts] = columns[:, 1], columns[:, 2]
    return hosts


def _has_scheme(data: U8, starts: Index, ends: Index) -> Mask:
    """ "://" within the first dozen bytes."""
    found = np.zeros(len(starts), dtype=np.bool_)
    for position in range(1, 12):
        places = starts + position
        found |= (data[places] == COLON) & (data[places + 1] == SLASH) & (data[places + 2] == SLASH) & (places < ends)
    return found


def trimmed(data: U8, starts: Index, ends: Index) -> tuple[Index, Index]:
    """Starts and ends with up to SPACES spaces or tabs taken off each side."""
    starts, ends = starts.copy(), ends.copy()
    for _ in range(SPACES):
        byte = data[starts]
        leading = ((byte == 32) | (byte == 9)) & (starts < ends)
        if not leading.any():
            break
        starts += leading
    for _ in range(SPACES):
        byte = data[np.maximum(ends - 1, 0)]
        trailing = ((byte == 32) | (byte == 9)) & (starts < ends)
        if not trailing.any():
            break
        ends -= trailing
    return starts, ends


def parse_ipv4(data: U8, starts: Index, lengths: Index) -> tuple[Mask, Mask, U32]:
    """Which of the texts of 7 to 15 bytes are strict dotted quads, which were meant to be one, and their numbers.

    A text of digits and dots that ends in a digit and is no address is refused as one by `parse_resource`.
    """
    text = np.lib.stride_tricks.sliding_window_view(data, QUAD)[starts]
    digits, dots = text - np.uint8(48), _bits(text == DOT)
    live = (np.uint32(1) << lengths.astype(np.uint32)) - np.uint32(1)
    numeric = ((_bits(digits <= 9) | dots) & live) == live
    layout = _LAYOUT[(dots & live) | (live + np.uint32(1))]
    digits[:, QUAD - 1] = 0
    flat, rows = digits.reshape(-1), np.arange(0, len(starts) * QUAD, QUAD)
    good, number = numeric & (layout > 0), np.zeros(len(starts), dtype=np.uint32)
    for octet in range(4):
        value = np.zeros(len(starts), dtype=np.uint16)
        for place in range(3 * octet, 3 * octet + 3):
            value = value * np.uint16(10) + flat[rows + _DIGITS[:, place][layout]]
        good &= (value <= 255) & (value >= _LEAST[:, octet][layout])
        number = (number << np.uint32(8)) | value
    wrong = numeric & ~good & (data[starts + lengths - 1] != DOT)
    return good, wrong, number


def _bits(mask: Mask) -> U32:
    """Each row of QUAD truths as one number, the first in its lowest bit."""
    return np.packbits(mask.reshape(-1), bitorder="little").view("<u2").astype(np.uint32)


def _has_early_colon(data: U8, starts: Index, lengths: Index) -> Mask:
    """A colon among the first five bytes, without which a text is no IPv6 address."""
    found = np.zeros(len(starts), dtype=np.bool_)
    for position in range(5):
        found |= (data[starts + position] == COLON) & (lengths > position)
    return found


def parse_ipv6(data: U8, starts: Index, lengths: Index) -> tuple[Mask, Mask, U64, U64]:
    """Which of the texts of at most 39 bytes are IPv6, which were meant to be it, and their halves.

    One text at a time: a call costs less than twenty steps of columns for each of 39 letters. A text of hexadecimal
    digits with two colons or more that is no address is refused as one by `parse_resource`.
    """
    letters = data.tobytes().decode("latin-1")
    texts = [letters[start:end] for start, end in zip(starts.tolist(), (starts + lengths).tolist(), strict=True)]
    found = [_ipv6_or_none(text) for text in texts]
    good = np.array([each is not None for each in found], dtype=np.bool_)
    failed = np.flatnonzero(~good).tolist()
    wrong = np.zeros(len(starts), dtype=np.bool_)
    wrong[[row for row in failed if _COLONS_AND_HEX.fullmatch(texts[row])]] = True
    halves = np.frombuffer(b"".join([each or bytes(16) for each in found]), dtype=">u8").astype(np.uint64)
    return good, wrong, halves[0::2], halves[1::2]


def _ipv6_or_none(text: str) -> bytes | None:
    try:
        return ipv6_bytes(text)
    except (OSError, ValueError):
        return None


def parse_names(data: U8, starts: Index, lengths: Index) -> tuple[Mask, Mask, npt.NDArray[np.int16]]:
    """Which of the texts are ASCII domain names with an alphabetic last label, which name no host, their suffix.

    What names no host has a letter or label that no host has and a last label that was not meant as a number.
    """
    spaced = (data[starts] <= 32) | (data[starts + lengths - 1] <= 32)
    lengths = lengths - (data[starts + lengths - 1] == DOT)
    count = len(starts)
    label, dots = np.zeros(count, dtype=np.uint8), np.zeros(count, dtype=np.uint8)
    alphabetic, worded = np.ones(count, dtype=np.bool_), np.zeros(count, dtype=np.bool_)
    bad, foreign, after_dash = (np.zeros(count, dtype=np.bool_) for _ in range(3))
    for position in range(int(lengths.max(initial=0))):
        live = lengths > position
        form = _NAME_CLASS[data[starts + position]]
        is_dot = (form == POINT) & live
        is_dash = (form == DASH) & live
        is_letter = (form == LETTER) & live
        foreign |= (form == FOREIGN) & live
        bad |= ((form == BAD) & live) | (is_dash & (label == 0)) | (is_dot & ((label == 0) | after_dash))
        alphabetic = np.where(is_dot, True, alphabetic & (is_letter | ~live))
        worded = np.where((label == 0) & live, is_letter, worded)
        label = np.where(is_dot, np.uint8(0), label + live)
        dots += is_dot
        after_dash = np.where(live, is_dash, after_dash)
    bad |= foreign
    good = ~bad & (label > 0) & ~after_dash & (dots > 0) & alphabetic
    ends = starts + lengths
    first = (data[ends - 2] | 0x20).astype(np.int16) - 97
    second = (data[ends - 1] | 0x20).astype(np.int16) - 97
    wrong = bad & ~foreign & ~spaced & (label > 0) & worded
    return good, wrong, np.where(good & (label == 2), first * 26 + second, -1).astype(np.int16)
