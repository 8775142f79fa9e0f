"""Is a record part the one the log names, and who may see it?"""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError, VerificationError
from liaison.register.records import (
    Contact,
    PartStatus,
    Person,
    Reader,
    RecordKind,
    RecordPart,
    SealingKey,
    content_of,
    decode_record,
    encode_record,
    make_record,
    may_see,
    part_status,
    read_content,
    verify_record,
)
from liaison.register.vocabulary import DeskKind, ParticipantType
from tests.register.registry import seed, small_register

TEXT = st.text(st.characters(codec="ascii", min_codepoint=32, exclude_characters="\x7f"), min_size=1, max_size=40)
MAYBE = st.none() | TEXT
PERSONS = st.builds(Person, name=TEXT, position=MAYBE, mailbox=MAYBE, telephone=MAYBE)
CONTACTS = st.builds(
    Contact,
    institution=TEXT,
    unit=MAYBE,
    mailbox=MAYBE,
    telephone=MAYBE,
    time_zone=MAYBE,
    hours=MAYBE,
    persons=st.lists(PERSONS, max_size=2).map(tuple),
)
DUTY = Contact(
    institution="National CSIRT",
    unit=None,
    mailbox="duty@csirt.example",
    telephone=None,
    time_zone="UTC",
    hours="24/7",
    persons=(),
)
SALT = seed("salt")


@given(contact=CONTACTS, salt=st.binary(min_size=32, max_size=32))
def test_a_record_reads_back_as_it_was_written(contact: Contact, salt: bytes) -> None:
    record = make_record(contact, "participants", salt=salt)
    assert (record, contact) == (decode_record(encode_record(record)), content_of(record, Contact))


def test_the_digest_is_the_one_of_the_specification() -> None:
    record = make_record(DUTY, "states", salt=SALT)
    content = {name: getattr(DUTY, name) for name in Contact.__struct_fields__} | {"persons": []}
    part = rfc8785.dumps({"audience": "states", "kind": "contact", "content": content})
    assert hashlib.sha256(b"liaison.record.v1\0" + SALT + part).hexdigest() == record.digest


def test_a_changed_part_is_refused() -> None:
    data = encode_record(make_record(DUTY, "states", salt=SALT)).replace(b"duty@", b"evil@")
    with pytest.raises(VerificationError, match="record-digest"):
        decode_record(data)


def test_a_part_moved_to_another_audience_is_refused() -> None:
    data = encode_record(make_record(DUTY, "states", salt=SALT)).replace(b'"states"', b'"public"')
    with pytest.raises(VerificationError, match="record-digest"):
        decode_record(data)


def test_another_part_than_the_one_named_is_refused() -> None:
    record = make_record(DUTY, "states", salt=SALT)
    with pytest.raises(VerificationError, match="record-digest"):
        verify_record(encode_record(record), "0" * 64)


def test_the_same_part_with_a_fresh_salt_has_another_digest() -> None:
    first, second = (make_record(DUTY, "states", salt=seed(name)) for name in ("one", "two"))
    assert first.digest != second.digest


def test_a_short_salt_is_refused() -> None:
    with pytest.raises(MalformedError, match="record-salt"):
        make_record(DUTY, "states", salt=b"short")


def test_a_part_of_another_kind_is_refused() -> None:
    with pytest.raises(MalformedError, match="record-kind"):
        content_of(make_record(DUTY, "public", salt=SALT), SealingKey)


def test_a_sealing_key_that_signs_is_refused() -> None:
    registry = small_register("XC")
    with pytest.raises(MalformedError, match="key-algorithm"):
        make_record(SealingKey(key=registry.key("XC/main/entry").public), "public", salt=SALT)


def test_a_content_with_a_member_too_many_is_refused() -> None:
    part = RecordPart("public", RecordKind.SEALING_KEY, {"key": None, "more": 1})
    record = replace(make_record(DUTY, "public", salt=SALT), part=part)
    with pytest.raises((MalformedError, VerificationError)):
        decode_record(encode_record(record))


@given(data=st.binary(max_size=200))
def test_random_bytes_raise_only_our_errors(data: bytes) -> None:
    with pytest.raises((MalformedError, VerificationError)):
        decode_record(data)


STATE = Reader("a" * 64, ParticipantType.STATE, frozenset({DeskKind.TECHNICAL}))
PROVIDER = Reader("b" * 64, ParticipantType.PROVIDER, frozenset())


@pytest.mark.parametrize(
    ("audience", "state", "provider", "public"),
    [
        ("public", True, True, True),
        ("participants", True, True, False),
        ("states", True, False, False),
        ("kind:technical", True, False, False),
        ("kind:diplomatic", False, False, False),
        (f"named:{'b' * 64}", False, True, False),
        (f"named:{'a' * 64},{'b' * 64}", True, True, False),
    ],
)
def test_an_audience_lets_in_whom_it_names(audience: str, state: bool, provider: bool, public: bool) -> None:
    assert [may_see(audience, reader) for reader in (STATE, PROVIDER, None)] == [state, provider, public]


def test_a_missing_part_shows_as_withheld_and_a_superseded_one_as_erased() -> None:
    current, held = {"here", "missing"}, {"here"}
    shown = [part_status(digest, current=current, held=held) for digest in ("here", "missing", "old")]
    assert shown == [PartStatus.HELD, PartStatus.WITHHELD, PartStatus.ERASED]


@pytest.mark.parametrize(
    "told",
    [
        {"formats": []},
        {"formats": ["csv", "csv"]},
        {"formats": ["pdf"]},
        {"every": -1},
        {"every": 44_641},
        {"largest": 1},
        {"largest": (8 << 20) + 1},
        {"mailbox": "x@y.example"},
    ],
)
def test_wishes_that_no_sender_could_obey_are_refused(told: dict[str, object]) -> None:
    content = {"formats": ["xarf", "csv"], "every": 1440, "largest": 1 << 20}
    assert read_content(RecordPart("participants", RecordKind.REPORTS, content))
    with pytest.raises(MalformedError):
        read_content(RecordPart("participants", RecordKind.REPORTS, content | told))
