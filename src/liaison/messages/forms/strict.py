"""Is this JSON value exactly of that type?

Invariant: nothing is ignored and nothing is filled in; what was converted prints back to the same value.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from liaison.errors import MalformedError
from liaison.wire.canonical import JSON, encode
from liaison.wire.typed import convert

V = TypeVar("V")


def strictly(value: JSON, type_: type[V]) -> V:
    """`value` as `type_`, every member present and none unknown. Raises MalformedError."""
    try:
        converted = convert(value, type_)
        same = encode(msgspec.to_builtins(converted)) == encode(value)
    except (msgspec.ValidationError, TypeError) as error:
        raise MalformedError("value-unfit") from error
    if not same:
        raise MalformedError("value-unfit")
    return converted
