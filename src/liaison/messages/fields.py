"""How does a message commit to a field without showing it?

    fields       {"title": "9c1e…"}                           signed, in the core
    disclosures  {"title": {"salt": "<base64>", "value": …}}   beside the envelope, inside the seal

Invariants (docs/spec/fields.md):
- digest = SHA-256("liaison.field.v1\\0" ‖ 32 bytes of salt ‖ canonical [name, value]), lower-case hex;
- a salt serves one field of one message;
- at receipt every field of the core is disclosed and nothing else is; an export may leave some out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from liaison.errors import MalformedError
from liaison.wire.canonical import JSON, encode
from liaison.wire.identifiers import Base64, decode_base64, digest, encode_base64

SALT_LENGTH = 32
_CONTEXT = b"liaison.field.v1\0"


class Disclosure(msgspec.Struct, frozen=True):
    """What opens one digest."""

    salt: Base64
    # A field may hold any JSON; its form decides which. `read_fields` hands it on as `JSON`.
    value: Any


def digest_field(name: str, disclosure: Disclosure) -> str:
    """The digest that stands in the core. Raises MalformedError for a wrong salt or a value without canonical form."""
    salt = decode_base64(disclosure.salt, length=SALT_LENGTH)
    return digest(_CONTEXT + salt + encode([name, disclosure.value]))


def disclose(values: Mapping[str, JSON], salts: Iterable[bytes]) -> dict[str, Disclosure]:
    """Pair each value with a fresh salt of 32 bytes, names in order; as many salts are taken as there are values."""
    names = sorted(values)
    fresh = dict(zip(names, salts, strict=False))
    if len(fresh) != len(names) or len(set(fresh.values())) != len(names):
        raise MalformedError("salts-missing", count=len(names))
    return {name: Disclosure(salt=encode_base64(fresh[name]), value=values[name]) for name in names}


def digest_fields(disclosures: Mapping[str, Disclosure]) -> dict[str, str]:
    """The `fields` member of a core."""
    return {name: digest_field(name, disclosure) for name, disclosure in disclosures.items()}


def read_fields(committed: Mapping[str, str], disclosures: Mapping[str, Disclosure]) -> dict[str, JSON]:
    """All fields of a received core. Raises MalformedError when one is missing, extra or not what was signed."""
    for name in sorted(committed.keys() ^ disclosures.keys()):
        raise MalformedError("disclosure-missing" if name in committed else "disclosure-unknown", field=name)
    return read_disclosed(committed, disclosures)


def read_disclosed(committed: Mapping[str, str], disclosures: Mapping[str, Disclosure]) -> dict[str, JSON]:
    """The values that an export chose to show. Raises MalformedError when one is not what was signed."""
    values: dict[str, JSON] = {}
    salts: set[str] = set()
    for name, disclosure in sorted(disclosures.items()):
        if committed.get(name) != digest_field(name, disclosure):
            raise MalformedError("disclosure-differs", field=name)
        if disclosure.salt in salts:
            raise MalformedError("salt-repeated", field=name)
        salts.add(disclosure.salt)
        values[name] = disclosure.value
    return values
