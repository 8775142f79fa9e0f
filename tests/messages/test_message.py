"""Do core and copy survive signing and opening, and is everything else refused?"""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import LiaisonError, MalformedError
from liaison.keys.signing import sign_envelope
from liaison.messages.message import (
    LARGEST_MESSAGE,
    Attachment,
    Payload,
    compose,
    decode_payload,
    open_message,
    sign_copy,
)
from liaison.wire.canonical import encode, encode_struct
from liaison.wire.envelope import PayloadType
from liaison.wire.identifiers import encode_base64
from tests.messages import cast

ATTACHMENT = Attachment(
    name="access-log.csv",
    media_type="text/csv",
    size=1200,
    plain=cast.made_hash("plain"),
    sealed=cast.made_hash("sealed"),
    sealed_size=1500,
    identity=encode_base64(bytes(range(32))),
)


def refusal(plaintext: bytes) -> str:
    with pytest.raises(MalformedError) as caught:
        open_message(plaintext)
    return caught.value.code


def tampered(change: object) -> bytes:
    """The signed copy with `change` applied to its JSON, canonical again."""
    value = json.loads(cast.signed().plaintext)
    change(value)  # type: ignore[operator]
    return encode(value)


def resigned(**changes: object) -> bytes:
    """A copy whose core was changed and signed by the sender all the same, past every check of `compose`."""
    message = cast.composed()
    core = cast.changed(message.core, **changes)
    payload = encode_struct(Payload(core, cast.copy_for(message.core.to[0])))
    envelope = sign_envelope(PayloadType.MESSAGE, payload, [cast.XC_KEY])
    value = json.loads(cast.signed(message).plaintext)
    value["envelope"]["payload"] = encode_base64(envelope.payload)
    value["envelope"]["signatures"][0]["sig"] = encode_base64(envelope.signatures[0].sig)
    return encode(value)


def test_an_opened_message_says_what_was_composed() -> None:
    message = cast.composed(attachments=(ATTACHMENT,))
    opened = open_message(cast.signed(message).plaintext)
    assert (opened.core, opened.fields, opened.core_hash) == (message.core, cast.NOTICE_FIELDS, message.core_hash)


def test_the_core_has_the_same_bytes_in_every_copy() -> None:
    message = cast.composed()
    first, second = (cast.signed(message, cast.copy_for(desk)) for desk in message.core.to)
    assert first.core_hash == second.core_hash
    assert first.message_hash != second.message_hash


def test_the_same_arguments_make_the_same_bytes() -> None:
    assert cast.signed().plaintext == cast.signed().plaintext


def test_a_salt_for_every_field_is_demanded() -> None:
    with pytest.raises(MalformedError, match="salts-missing"):
        compose(
            cast.draft(),
            message_id=cast.made_id(1),
            composed=cast.COMPOSED,
            composed_under=cast.UNDER,
            salts=[bytes(32)],
        )


def test_a_repeated_salt_is_refused_by_the_composer() -> None:
    with pytest.raises(MalformedError, match="salts-missing"):
        compose(
            cast.draft(),
            message_id=cast.made_id(1),
            composed=cast.COMPOSED,
            composed_under=cast.UNDER,
            salts=[bytes(32)] * 9,
        )


def test_a_missing_disclosure_is_malformed() -> None:
    assert refusal(tampered(lambda value: value["disclosures"].pop("title"))) == "disclosure-missing"


def test_an_extra_disclosure_is_malformed() -> None:
    def add(value: dict) -> None:  # type: ignore[type-arg]
        value["disclosures"]["extra"] = value["disclosures"]["title"]

    assert refusal(tampered(add)) == "disclosure-unknown"


def test_a_disclosure_of_another_value_is_malformed() -> None:
    def alter(value: dict) -> None:  # type: ignore[type-arg]
        value["disclosures"]["title"]["value"]["text"] = "Nothing happened"

    assert refusal(tampered(alter)) == "disclosure-differs"


def test_a_second_signature_is_malformed() -> None:
    message = cast.composed()
    payload = encode_struct(Payload(message.core, cast.copy_for(message.core.to[0])))
    envelope = sign_envelope(PayloadType.MESSAGE, payload, [cast.XC_KEY, cast.XD_KEY])
    signatures = [{"keyid": each.keyid, "sig": encode_base64(each.sig)} for each in envelope.signatures]

    def pad(value: dict) -> None:  # type: ignore[type-arg]
        value["envelope"]["signatures"] = signatures

    assert refusal(tampered(pad)) == "not-one-signature"


def test_a_stripped_signature_is_malformed() -> None:
    def strip(value: dict) -> None:  # type: ignore[type-arg]
        value["envelope"]["signatures"] = []

    assert refusal(tampered(strip)) == "no-signature"


def test_a_receipt_does_not_pass_for_a_message() -> None:
    def retype(value: dict) -> None:  # type: ignore[type-arg]
        value["envelope"]["payloadType"] = PayloadType.RECEIPT

    assert refusal(tampered(retype)) == "payload-type"


def test_an_oversized_message_is_refused_before_it_is_parsed() -> None:
    assert refusal(b"[" * (LARGEST_MESSAGE + 1)) == "too-large"


def test_a_truncated_message_is_malformed() -> None:
    # An unclosed bracket is found by whichever check looks first.
    assert refusal(cast.signed().plaintext[:-1]) in {"not-of-this-form", "too-deep"}


def test_unsorted_recipients_are_malformed() -> None:
    assert refusal(resigned(to=tuple(reversed(cast.composed().core.to)))) == "recipients-unsorted"


def test_a_repeated_recipient_is_malformed() -> None:
    assert refusal(resigned(to=cast.composed().core.to[:1] * 2)) == "recipients-unsorted"


def test_a_message_to_its_own_sender_is_malformed() -> None:
    assert refusal(resigned(sender=cast.XD)) == "sent-to-itself"


def test_a_message_to_nobody_is_malformed() -> None:
    assert refusal(resigned(to=())) == "recipients-count"


def test_a_copy_for_a_stranger_is_malformed() -> None:
    with pytest.raises(MalformedError, match="copy-for-a-stranger"):
        cast.signed(cast.composed(to=(cast.XD,)), cast.copy_for(cast.XE))


def test_a_first_copy_with_a_predecessor_is_malformed() -> None:
    with pytest.raises(MalformedError, match="sequence-and-predecessor"):
        sign_copy(cast.composed(), cast.copy_for(cast.XD, 0, cast.made_hash("before")), cast.XC_KEY)


def test_a_later_copy_without_a_predecessor_is_malformed() -> None:
    with pytest.raises(MalformedError, match="sequence-and-predecessor"):
        sign_copy(cast.composed(), cast.copy_for(cast.XD, 1, None), cast.XC_KEY)


def test_a_time_that_does_not_exist_is_malformed() -> None:
    assert refusal(resigned(composed="2026-02-30T03:00:00Z")) == "instant"


def test_an_identifier_that_is_not_a_uuid7_is_malformed() -> None:
    assert refusal(resigned(id="019abc00-1234-4abc-8def-0123456789ab")) == "not-of-this-form"


def test_an_unknown_label_is_malformed() -> None:
    assert refusal(resigned(tlp="white")) == "not-of-this-form"


def test_an_attachment_twice_is_malformed() -> None:
    assert refusal(resigned(attachments=(ATTACHMENT, ATTACHMENT))) == "attachment-repeated"


def test_too_many_attachments_are_malformed() -> None:
    many = tuple(cast.changed(ATTACHMENT, sealed=cast.made_hash(str(number))) for number in range(65))
    assert refusal(resigned(attachments=many)) == "too-many-attachments"


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a\\b", "..", "a\x00b", "a\nb", "\u202etxt.exe", " a", "x" * 201])
def test_an_attachment_with_an_unfit_name_is_malformed(name: str) -> None:
    with pytest.raises(MalformedError):
        cast.composed(attachments=(cast.changed(ATTACHMENT, name=name),))


@pytest.mark.parametrize("media_type", ["text", "Text/csv", "text/csv; charset=utf-8", "text/", "/csv"])
def test_an_attachment_with_an_unfit_media_type_is_malformed(media_type: str) -> None:
    with pytest.raises(MalformedError, match="media-type-unfit"):
        cast.composed(attachments=(cast.changed(ATTACHMENT, media_type=media_type),))


def test_an_attachment_with_a_short_identity_is_malformed() -> None:
    with pytest.raises(MalformedError, match="wrong-length"):
        cast.composed(attachments=(cast.changed(ATTACHMENT, identity="aGk="),))


def test_a_member_that_the_version_does_not_know_is_malformed() -> None:
    assert refusal(tampered(lambda value: value.update(critical=True))) == "not-canonical"


@given(st.binary(max_size=400))
def test_random_bytes_raise_only_our_errors(data: bytes) -> None:
    for parse in (open_message, decode_payload):
        with pytest.raises(LiaisonError):
            parse(data)


@given(st.data())
def test_a_flipped_byte_never_opens_as_something_else(data: st.DataObject) -> None:
    plaintext = cast.signed().plaintext
    place = data.draw(st.integers(0, len(plaintext) - 1))
    value = data.draw(st.integers(0, 255).filter(lambda byte: byte != plaintext[place]))
    broken = plaintext[:place] + bytes([value]) + plaintext[place + 1 :]
    try:
        opened = open_message(broken)
    except MalformedError:
        return
    # Only the signature may have changed without breaking the form; it is verified when the message is judged.
    assert opened.message_hash == cast.signed().message_hash or opened.envelope != cast.received().envelope


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")), min_size=1, max_size=80).map(
    lambda text: unicodedata.normalize("NFC", text)
)


@given(
    fields=st.dictionaries(st.from_regex(r"[a-z0-9_]{1,32}", fullmatch=True), TEXTS | st.integers(0, 99) | st.none()),
    marking=st.none() | TEXTS.filter(lambda text: len(text) <= 80),
    urgency=st.sampled_from(["routine", "urgent", "emergency"]),
    tlp=st.sampled_from(["red", "amber-strict", "amber", "green", "clear"]),
    exercise=st.booleans(),
    seq=st.integers(0, 2**53 - 1),
)
def test_whatever_was_composed_is_what_is_opened(
    fields: dict[str, Any], marking: str | None, urgency: str, tlp: str, *, exercise: bool, seq: int
) -> None:
    message = cast.composed(fields=fields, marking=marking, urgency=urgency, tlp=tlp, exercise=exercise)
    copy = cast.copy_for(cast.XE, seq, cast.made_hash("before") if seq else None)
    opened = cast.received(message, copy)
    assert (opened.core, opened.copy, dict(opened.fields)) == (message.core, copy, fields)
