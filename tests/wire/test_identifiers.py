"""Hashes, instants, numbers and bytes as text: one spelling each."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.wire import identifiers


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_prints_back(moment: datetime) -> None:
    text = identifiers.format_instant(moment)
    assert identifiers.parse_instant(text) == moment.replace(microsecond=0)
    assert identifiers.format_instant(identifiers.parse_instant(text)) == text


def test_an_instant_is_written_in_utc() -> None:
    moment = datetime(2026, 11, 22, 6, 32, 0, 999_999, tzinfo=timezone(timedelta(hours=3, minutes=30)))
    assert identifiers.format_instant(moment) == "2026-11-22T03:02:00Z"


@pytest.mark.parametrize(
    "text",
    ["2026-02-30T00:00:00Z", "2026-11-22T03:02:00", "2026-11-22T03:02:00+00:00", "2026-11-22t03:02:00Z",
     "2026-11-22T03:02:60Z", "2026-11-22T24:00:00Z", "2026-11-22T03:02:00Z\n",
     "\u0662\u0660\u0662\u0666-11-22T03:02:00Z", "0000-01-01T00:00:00Z", ""],
)  # fmt: skip
def test_another_spelling_of_an_instant_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        identifiers.parse_instant(text)


def test_a_time_without_zone_is_no_instant() -> None:
    with pytest.raises(MalformedError):
        identifiers.format_instant(datetime(2026, 11, 22))  # noqa: DTZ001


@given(st.integers(0, 2**63 - 1))
def test_a_decimal_prints_back(number: int) -> None:
    assert identifiers.parse_decimal(str(number)) == number


@pytest.mark.parametrize(
    "text", ["", "01", "+1", "-1", " 1", "1\n", "1_0", "\u00b2", "\u0663", "9223372036854775808", "9" * 5000]
)
def test_another_spelling_of_a_decimal_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        identifiers.parse_decimal(text)


@given(st.binary())
def test_base64_and_hex_print_back(data: bytes) -> None:
    assert identifiers.decode_base64(identifiers.encode_base64(data)) == data
    assert identifiers.decode_hex(data.hex()) == data


@pytest.mark.parametrize("text", ["aGk", "aGk=\n", "aG k=", "aGl=", "a", "====", "aGk==", "_-==", "é"])
def test_another_spelling_of_base64_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        identifiers.decode_base64(text)


@pytest.mark.parametrize("text", ["A0", "0", "0g", "00\n", "0x00"])
def test_another_spelling_of_hex_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        identifiers.decode_hex(text)


@given(st.text())
def test_random_text_raises_only_our_errors_and_prints_back(text: str) -> None:
    for parse, print_back in (
        (identifiers.parse_instant, identifiers.format_instant),
        (identifiers.parse_decimal, str),
        (identifiers.decode_base64, identifiers.encode_base64),
        (identifiers.decode_hex, bytes.hex),
    ):
        try:
            value = parse(text)
        except MalformedError:
            continue
        assert print_back(value) == text


def test_a_wrong_length_is_refused() -> None:
    with pytest.raises(MalformedError):
        identifiers.decode_hex("00", length=2)


@given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_a_message_id_is_a_uuid_of_version_7(milliseconds: int, entropy: bytes) -> None:
    text = identifiers.format_uuid7(milliseconds, entropy)
    made = uuid.UUID(text)
    assert (str(made), made.version, made.variant, made.int >> 80) == (text, 7, uuid.RFC_4122, milliseconds)
    assert msgspec.convert(text, identifiers.MessageId) == text


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        (identifiers.Hash, "a" * 63), (identifiers.Hash, "A" * 64), (identifiers.Hash, "a" * 64 + "\n"),
        (identifiers.LocalId, ""), (identifiers.LocalId, "a" * 33), (identifiers.LocalId, "a_b"),
        (identifiers.CountryCode, "xc"), (identifiers.CountryCode, "XCX"), (identifiers.Base64, "aGk"),
        (identifiers.MessageId, "019abc00-1234-4abc-8def-0123456789ab"), (identifiers.Instant, "2026-13-01T00:00:00Z"),
    ],
)  # fmt: skip
def test_another_form_does_not_convert(type_: object, text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(text, type_)
