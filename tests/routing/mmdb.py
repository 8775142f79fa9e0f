"""How is a small MaxMind DB written? Just enough of the format for the tests: a tree of 24-bit records, flat maps.

Format: https://maxmind.github.io/MaxMind-DB/ (the description is CC BY-SA 3.0; this code is written from it).
"""

from __future__ import annotations

import ipaddress

Value = str | int | dict[str, "Value"]
Node = list["Node | int | None"]
MARKER = b"\xab\xcd\xefMaxMind.com"
RECORD_BITS = 24


def write(records: dict[str, Value], *, build_epoch: int = 1_787_356_800, kind: str = "Test-Country") -> bytes:
    """A database of the given networks and records; IPv4 stands under ::/96."""
    data, offsets, kept = b"", {}, {}
    for network, record in records.items():
        encoded = _encode(record)
        if encoded not in kept:  # Equal records stand once.
            kept[encoded] = len(data)
            data += encoded
        offsets[network] = kept[encoded]
    root: Node = [None, None]
    for network, offset in offsets.items():
        _insert(root, _bits(network), offset)
    nodes: list[Node] = []
    _collect(root, nodes)
    numbers = {id(node): number for number, node in enumerate(nodes)}
    tree = b"".join(_record(side, numbers).to_bytes(3) for node in nodes for side in node)
    metadata: dict[str, Value] = {
        "binary_format_major_version": 2,
        "binary_format_minor_version": 0,
        "build_epoch": build_epoch,
        "database_type": kind,
        "description": {"en": "test"},
        "ip_version": 6,
        "languages": {},
        "node_count": len(nodes),
        "record_size": RECORD_BITS,
    }
    said = bytes([7 << 5 | len(metadata)])
    said += b"".join(_encode(name) + _WIDTHS.get(name, _encode)(value) for name, value in metadata.items())
    return tree + bytes(16) + data + MARKER + said


def _bits(network: str) -> str:
    parsed = ipaddress.ip_network(network)
    length = parsed.prefixlen + (96 if parsed.version == 4 else 0)
    return f"{int(parsed.network_address):0128b}"[:length]


def _insert(node: Node, bits: str, offset: int) -> None:
    for bit in bits[:-1]:
        inner = node[int(bit)]
        if not isinstance(inner, list):
            inner = node[int(bit)] = [None, None]
        node = inner
    node[int(bits[-1])] = offset


def _collect(node: Node, nodes: list[Node]) -> None:
    nodes.append(node)
    for side in node:
        if isinstance(side, list):
            _collect(side, nodes)


def _record(side: Node | int | None, numbers: dict[int, int]) -> int:
    if isinstance(side, list):
        return numbers[id(side)]
    return len(numbers) + (0 if side is None else side + 16)


def _encode(value: Value) -> bytes:
    if isinstance(value, str):
        text = value.encode()
        return bytes([2 << 5 | len(text)]) + text
    if isinstance(value, dict):
        if not value:  # an empty list stands for "no languages"
            return bytes([0, 4])
        return bytes([7 << 5 | len(value)]) + b"".join(_encode(name) + _encode(inner) for name, inner in value.items())
    return bytes([6 << 5 | 4]) + value.to_bytes(4)


def _uint16(value: Value) -> bytes:
    assert isinstance(value, int)
    return bytes([5 << 5 | 2]) + value.to_bytes(2)


def _uint64(value: Value) -> bytes:
    assert isinstance(value, int)
    return bytes([8, 2]) + value.to_bytes(8)


# Readers in C want these numbers in exactly the width that the format names.
_WIDTHS = {
    "binary_format_major_version": _uint16,
    "binary_format_minor_version": _uint16,
    "build_epoch": _uint64,
    "ip_version": _uint16,
    "record_size": _uint16,
}
