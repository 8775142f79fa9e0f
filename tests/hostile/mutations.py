"""How does a good input become thousands of bad ones, the same at every run?

    for case in mutated(random.Random(7), seeds, count=4000): parse(case)

Bytes are flipped, cut, doubled, spliced between seeds and replaced by words that parsers trip over; JSON is changed as
a tree and printed canonically again, also inside the payload of an envelope, because plain damage seldom gets past the
first check.
"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from typing import Any

WORDS = [
    *(
        b"",
        b"\0",
        b"\n",
        b"\n\n",
        b"\r\n",
        b" ",
        b"+",
        b"-",
        b"/",
        b"=",
        b"==",
        b"%00",
        b"..",
        b"\xff",
        b"\xed\xa0\x80",
    ),
    *(b"-1", b"0", b"00", b"1e999", b"NaN", b"null", b"9" * 30, b"9" * 5000, b"18446744073709551616", b"0x10", b"1.5"),
    *(
        b"[" * 2000,
        b'{"a":' * 2000,
        b'"\\ud800"',
        b"\xe2\x80\xae",
        b"\xef\xbb\xbf",
        b"A" * 4096,
        "\u0661\u0662".encode(),
    ),
    *(
        b"::",
        b"/129",
        b"255.255.255.256",
        b"\xe2\x80\x94 x y\n",
        b"sha-256=:",
        b"age-encryption.org/v1\n",
        b"-> X25519 ",
    ),
]
VALUES: list[Any] = [
    *(None, True, 0, -1, 2**31, 2**53, 2**63, 2**64, 10**400, 1.5, "", "\0", "\u202e", "a" * 70_000, "9" * 400, [], {}),
    *([[]] * 50, {"a": {"b": {}}}, ["x"] * 300, "2026-02-30T00:00:00Z", "9999-12-31T23:59:60Z", "A==", "00" * 32),
]


def mutated(chance: random.Random, seeds: list[bytes], *, count: int) -> Iterator[bytes]:
    """`count` cases made of the seeds, and the seeds themselves first."""
    yield from seeds
    trees = [seed for seed in seeds if _tree(seed) is not None]
    for _ in range(count):
        if trees and chance.random() < 0.5:
            yield _changed_tree(chance, chance.choice(trees))
        else:
            yield _damaged(chance, chance.choice(seeds), seeds)


def _damaged(chance: random.Random, data: bytes, seeds: list[bytes]) -> bytes:
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.choice((1, 1, 2, 8, 64)))
        kind = chance.randrange(6)
        if kind == 0 and data:
            at = min(at, len(data) - 1)
            data = data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]
        elif kind == 1:
            data = data[:at]
        elif kind == 2:
            data = data[:end] + data[at:]
        elif kind == 3:
            other = chance.choice(seeds)
            data = data[:at] + other[chance.randrange(len(other) + 1) :]
        else:
            data = data[:at] + chance.choice(WORDS) + data[at if kind == 4 else end :]
    return data


def _tree(data: bytes) -> Any:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict | list) else None


def _changed_tree(chance: random.Random, data: bytes) -> bytes:
    tree = _tree(data)
    payload = tree.get("payload") if isinstance(tree, dict) else None
    inner = _tree(base64.b64decode(payload)) if isinstance(payload, str) and chance.random() < 0.8 else None
    if inner is None:
        _change(chance, tree)
    else:
        _change(chance, inner)
        tree["payload"] = base64.b64encode(_printed(inner)).decode()
    return _printed(tree)


def _change(chance: random.Random, tree: Any) -> None:
    """Change one place of the tree: replace, remove, add, or double."""
    at = tree
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        if not keys:
            break
        key = chance.choice(keys)
        if isinstance(at[key], dict | list) and at[key] and chance.random() < 0.8:
            at = at[key]
            continue
        match chance.randrange(4):
            case 0:
                del at[key]
            case 1 if isinstance(at, list):
                at.append(at[key])
            case 1:
                at[f"{key}x"] = at[key]
            case _:
                at[key] = chance.choice(VALUES)
        break


def _printed(tree: Any) -> bytes:
    return json.dumps(tree, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")
