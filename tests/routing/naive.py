"""What would a slow router do that reads one character and one row at a time? The twin of `routing.feeds`.

It knows CSV by a state machine, addresses by the standard library and ranges by walking over all of them.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

MOST_LINES = 64
Network = tuple[str, ipaddress.IPv4Network | ipaddress.IPv6Network]


@dataclass(slots=True)
class Outcome:
    """Rows as (line, text) by desk, rejects as (line, reason), and how many were duplicates or no rows."""

    routed: dict[str, list[str]] = field(default_factory=dict)
    rejected: list[tuple[int, str]] = field(default_factory=list)
    duplicate: int = 0
    rows: int = 0


def fields_of(text: str, delimiter: str) -> list[str] | str:
    """The fields of one row, or `open` (a quote waits to be closed) or `wrong`."""
    fields, current, state = [], "", "start"
    for letter in text:
        if state == "start" and letter == '"':
            state = "quoted"
        elif state == "quoted":
            state, current = ("closing", current) if letter == '"' else ("quoted", current + letter)
        elif state == "closing" and letter == '"':
            state, current = "quoted", current + '"'
        elif letter == delimiter:
            fields, current, state = [*fields, current], "", "start"
        elif state == "closing" or letter in '"\n':
            return "wrong"
        else:
            state, current = "plain", current + letter
    return "open" if state == "quoted" else [*fields, current]


def rows_of(text: str, delimiter: str) -> Iterator[tuple[int, str, list[str] | None]]:
    """Line number from 1, the row's text and its fields (None where its quotes are wrong)."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    position = 0
    while position < len(lines):
        if lines[position] == "" or lines[position].startswith("#"):
            position += 1
            continue
        taken, found = 1, fields_of(lines[position], delimiter)
        while found == "open" and taken < MOST_LINES and position + taken < len(lines):
            taken += 1
            found = fields_of("\n".join(lines[position : position + taken]), delimiter)
        if isinstance(found, str):
            taken = 1
        row = "\n".join(lines[position : position + taken])
        yield position + 1, row, None if isinstance(found, str) else found
        position += taken


def code_of(text: str, networks: Sequence[Network]) -> str:
    """The country code of an address or name, or the reason for having none in angle brackets."""
    text = text.strip(" \t")
    if not text:
        return "<address-missing>"
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return _code_of_name(text)
    if "%" in text:
        return "<address-malformed>"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    for code, network in networks:
        if address in network:
            return code
    return "<special-purpose>" if _special(address) else "<not-allocated>"


def _special(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return not address.is_global or address.is_multicast


def _code_of_name(text: str) -> str:
    name = text.removesuffix(".").lower()
    labels = name.split(".")
    letters = set("abcdefghijklmnopqrstuvwxyz0123456789-_")
    if ":" in text or labels[-1].isdigit() or labels[-1].startswith("0x"):
        return "<address-malformed>"
    fitting = all(label and set(label) <= letters and label[0] != "-" and label[-1] != "-" for label in labels)
    if len(labels) < 2 or not fitting or max(map(len, labels)) > 63 or len(name) > 253:
        return "<host-malformed>"
    suffix = labels[-1]
    if len(suffix) != 2 or not suffix.isalpha():
        return "<no-country-code-suffix>"
    return "GB" if suffix == "uk" else suffix.upper()


def route(feed: str, column: int, width: int, networks: Sequence[Network], delimiter: str = ",") -> Outcome:
    """Every row of a CSV feed with a header to where it belongs."""
    outcome = Outcome()
    seen: set[str] = set()
    for number, row, fields in list(rows_of(feed, delimiter))[1:]:
        outcome.rows += 1
        if row in seen:
            outcome.duplicate += 1
            continue
        seen.add(row)
        reason = "<quote-misplaced>" if fields is None else ""
        if fields is not None and len(fields) != width:
            reason = "<row-width-differs>"
        code = reason or code_of((fields or [""])[column] if fields else "", networks)
        if code.startswith("<"):
            outcome.rejected.append((number, code.strip("<>")))
        else:
            outcome.routed.setdefault(code, []).append(row)
    return outcome
