"""The examples of the specification pages are what the program reads and writes."""

from __future__ import annotations

import re
from pathlib import Path

from liaison.keys.padding import frame, padded_size
from liaison.keys.private import Ed25519Signer
from liaison.keys.public import Algorithm, PublicKey, check_public_key
from liaison.keys.signing import verify_envelope
from liaison.keys.words import format_words, parse_words
from liaison.wire import canonical
from liaison.wire.envelope import PayloadType, decode_envelope, encode_envelope

SPEC = Path(__file__).parent.parent.parent / "docs" / "spec"
SIGNER = Ed25519Signer.from_seed(b"\1" * 32)


def example(page: str) -> str:
    """The first block of a page."""
    found = re.search(r"^```\w*\n(.*?)\n```$", (SPEC / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def test_the_example_of_canonical_json_is_canonical() -> None:
    data = example("canonical-json.md").encode()
    assert canonical.encode(canonical.decode(data, limit=1000)) == data


def test_the_example_of_an_envelope_verifies() -> None:
    data = example("envelope.md").encode()
    envelope = decode_envelope(data, payload_type=PayloadType.ENTRY, limit=1000)
    assert verify_envelope(envelope, {SIGNER.public.fingerprint: SIGNER.public}) == {SIGNER.public.fingerprint}
    assert encode_envelope(envelope) == data


def test_the_example_of_a_key_has_the_fingerprint_told() -> None:
    key = canonical.decode_struct(example("keys.md").encode(), PublicKey, limit=1000)
    assert check_public_key(key, Algorithm.ED25519) == SIGNER.public
    assert f"`{key.fingerprint}`" in (SPEC / "keys.md").read_text(encoding="utf-8")


def test_the_example_of_words_is_the_fingerprint_told() -> None:
    assert parse_words(example("words.md")) == SIGNER.public.fingerprint
    assert format_words(SIGNER.public.fingerprint) == example("words.md")
    assert f"`{SIGNER.public.fingerprint}`" in (SPEC / "words.md").read_text(encoding="utf-8")


def test_the_sizes_told_for_seals_are_those_written() -> None:
    rows = re.findall(r"^ +\| ([\d ]+) \| ([\d ]+) \|$", (SPEC / "seal.md").read_text(encoding="utf-8"), re.MULTILINE)
    told = [tuple(int(number.replace(" ", "")) for number in row) for row in rows]
    assert told == [(size, padded_size(size)) for size, _ in told]
    assert (len(told), len(frame(b"03:02, port 443")), frame(b"03:02, port 443")[:4].hex()) == (4, 4096, "0000000f")
