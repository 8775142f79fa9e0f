"""How do plain values become typed ones, in any thread? By a description of the type that one thread has finished.

    convert({"seq": 0}, Place)        read_json(b'{"seq":0}', Place)        decoder(Place).decode(b'{"seq":0}')

msgspec describes a struct when it is first used, and other threads see the description before it is complete: using it
then ends the process (a segmentation fault, in 0.22.0). Invariant: a type is described under one lock, with all that it
holds, before any thread turns a value into it; so nobody else calls msgspec for this (ruff holds it).
"""

from __future__ import annotations

import threading
from typing import TypeVar

import msgspec
import msgspec.inspect

Decoder = msgspec.json.Decoder  # noqa: TID251 — the one place
V = TypeVar("V")

_described: set[type] = set()
_describing = threading.Lock()


def convert(value: object, type_: type[V]) -> V:
    """`value` as `type_`, nothing coerced. Raises msgspec.ValidationError, and RecursionError for what is too deep."""
    _describe(type_)
    return msgspec.convert(value, type_)  # noqa: TID251


def read_json(data: bytes | str, type_: type[V]) -> V:
    """The `type_` in these bytes of JSON. Raises msgspec.DecodeError."""
    _describe(type_)
    return msgspec.json.decode(data, type=type_)  # noqa: TID251


def decoder(type_: type[V]) -> Decoder[V]:
    """A decoder that any thread may use."""
    with _describing:
        return Decoder(type_)


def shape_of(type_: type) -> msgspec.inspect.Type:
    """What a type is made of."""
    with _describing:
        return msgspec.inspect.type_info(type_)  # noqa: TID251


def _describe(type_: type) -> None:
    if type_ not in _described:
        decoder(type_)
        _described.add(type_)
