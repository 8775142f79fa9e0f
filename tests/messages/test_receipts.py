"""Does a receipt say what was received, once and for ever, and does the sender believe no other?"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import LiaisonError, MalformedError, VerificationError
from liaison.keys.signing import sign_envelope
from liaison.messages.message import Attachment, SignedCopy, open_message
from liaison.messages.receipts import (
    Receipt,
    SignedReceipt,
    decode_receipt,
    first_receipt,
    next_receipt,
    sign_receipt,
    unopened_receipt,
    verify_receipt,
)
from liaison.wire.canonical import encode_struct
from liaison.wire.envelope import PayloadType, encode_envelope
from liaison.wire.identifiers import encode_base64
from tests.messages import cast

FILES = tuple(
    Attachment(
        name, "text/plain", 3, cast.made_hash(f"plain {name}"), cast.made_hash(name), 200, encode_base64(bytes(32))
    )
    for name in ("a.txt", "b.txt")
)
COPY: SignedCopy = cast.signed(cast.composed(attachments=FILES))
DESK = COPY.payload.copy.desk
KEY = cast.KEYS[DESK]
KEYS = {KEY.public.fingerprint: KEY.public}
SENT = cast.sent(COPY)


def receipt(reason: str | None = None, **changes: Any) -> Receipt:
    made = first_receipt(open_message(COPY.plaintext), reason, cast.circumstances(DESK))
    return cast.changed(made, **changes)  # type: ignore[no-any-return]


def signed(made: Receipt) -> bytes:
    return sign_receipt(made, KEY)


def unchecked(made: Receipt) -> bytes:
    """The receipt signed without the checks of an honest signer."""
    return encode_envelope(sign_envelope(PayloadType.RECEIPT, encode_struct(made), [KEY]))


def verified(data: bytes, **given: Any) -> SignedReceipt:
    return verify_receipt(data, SENT, KEYS, **given)


def refusal(made: Receipt, **given: Any) -> str:
    with pytest.raises((MalformedError, VerificationError)) as caught:
        verified(unchecked(made), **given)
    return caught.value.code


def test_a_receipt_for_the_copy_is_believed() -> None:
    assert verified(signed(receipt())).receipt == receipt()


def test_every_receipt_says_that_it_is_not_acceptance() -> None:
    assert b'"notice":"receipt-is-not-acceptance"' in encode_struct(receipt())


def test_a_receipt_with_another_notice_is_refused() -> None:
    assert refusal(cast.changed(receipt(), notice="receipt-is-agreement")) == "not-of-this-form"


def test_a_rejection_with_its_reason_is_believed() -> None:
    assert verified(signed(receipt("id-reused"))).receipt.reason == "id-reused"


def test_a_reason_of_a_later_version_is_kept() -> None:
    assert verified(signed(receipt("reason-of-2031"))).receipt.reason == "reason-of-2031"


def test_a_receipt_for_bytes_that_did_not_open_is_believed_by_their_hash() -> None:
    made = unopened_receipt(cast.REGISTER, "cannot-be-opened", cast.circumstances(DESK))
    assert verified(signed(made)).receipt.id is None


def test_a_receipt_for_other_bytes_that_did_not_open_is_refused() -> None:
    made = unopened_receipt(cast.REGISTER, "cannot-be-opened", cast.circumstances(DESK, "other bytes"))
    assert refusal(made) == "receipt-for-another"


def test_the_receipt_of_a_copy_sealed_twice_is_the_same() -> None:
    assert verified(signed(receipt(sealed=cast.made_hash("an earlier sealing")))).receipt.verdict == "accepted"


@pytest.mark.parametrize("part", ["id", "core", "message", "desk", "to"])
def test_a_receipt_for_another_message_is_refused(part: str) -> None:
    other: Any = {"id": cast.made_id(99), "desk": cast.XC, "to": DESK}.get(part, cast.made_hash("other"))
    assert refusal(receipt(**{part: other})) == "receipt-for-another"


def test_a_receipt_of_another_register_is_refused() -> None:
    assert refusal(receipt(register=cast.made_hash("other"))) == "receipt-by-another"


def test_a_receipt_by_another_node_is_refused() -> None:
    assert refusal(receipt(by=cast.XC.at)) == "receipt-by-another"


def test_a_receipt_signed_by_another_key_is_refused() -> None:
    with pytest.raises(VerificationError, match="unknown-key"):
        verified(sign_receipt(receipt(), cast.XC_KEY))


def test_a_receipt_for_an_unknown_attachment_is_refused() -> None:
    assert refusal(receipt(attachments=(cast.made_hash("c.txt"),))) == "receipt-for-unknown-attachment"


def test_a_half_opened_receipt_is_refused() -> None:
    assert refusal(receipt(id=None)) == "receipt-half-opened"


def test_an_acceptance_with_a_reason_is_refused() -> None:
    assert refusal(cast.changed(receipt(), reason="malformed")) == "receipt-verdict-and-reason"


def test_a_rejection_without_a_reason_is_refused() -> None:
    assert refusal(receipt(verdict="rejected")) == "receipt-verdict-and-reason"


def test_an_acceptance_of_nothing_is_refused() -> None:
    empty: dict[str, Any] = dict.fromkeys(("to", "id", "desk", "core", "message"))
    assert refusal(receipt(**empty)) == "receipt-accepts-unopened"


def test_a_first_receipt_with_a_predecessor_is_refused() -> None:
    assert refusal(receipt(prev=cast.made_hash("before"))) == "sequence-and-predecessor"


def test_unsorted_attachments_are_refused() -> None:
    both = tuple(sorted((file.sealed for file in FILES), reverse=True))
    assert refusal(receipt(attachments=both)) == "receipt-attachments-unsorted"


def test_a_message_does_not_pass_for_a_receipt() -> None:
    with pytest.raises(MalformedError):
        decode_receipt(COPY.plaintext)


def test_a_second_signature_is_refused() -> None:
    envelope = sign_envelope(PayloadType.RECEIPT, encode_struct(receipt()), [KEY, cast.XC_KEY])
    with pytest.raises(MalformedError, match="not-one-signature"):
        verified(encode_envelope(envelope))


def following(first: SignedReceipt, **changes: Any) -> Receipt:
    made = next_receipt(first, [FILES[0].sealed], received="2026-11-22T03:05:00Z", checkpoint=cast.UNDER)
    return cast.changed(made, **changes)  # type: ignore[no-any-return]


def test_a_later_receipt_adds_attachments() -> None:
    first = verified(signed(receipt()))
    second = verified(signed(following(first)), previous=first)
    third = next_receipt(second, [FILES[1].sealed], received=cast.RECEIVED, checkpoint=cast.UNDER)
    assert verified(signed(third), previous=second).receipt.attachments == tuple(sorted(file.sealed for file in FILES))


def test_the_same_receipt_again_is_believed_again() -> None:
    first = verified(signed(receipt()))
    assert verified(signed(receipt()), previous=first) == first


@pytest.mark.parametrize("changes", [{"received": "2026-11-22T03:06:00Z"}, {"sealed": cast.made_hash("again")}])
def test_a_second_verdict_is_refused(changes: Any) -> None:
    first = verified(signed(receipt()))
    assert refusal(receipt(**changes), previous=first) == "receipt-out-of-turn"


def test_a_verdict_never_changes_later() -> None:
    first = verified(signed(receipt()))
    turned = following(first, verdict="rejected", reason="malformed", attachments=())
    assert refusal(turned, previous=first) == "receipt-after-rejection"


def test_a_later_receipt_on_top_of_a_rejection_is_refused() -> None:
    first = verified(signed(receipt("malformed")))
    with pytest.raises(MalformedError, match="receipt-out-of-turn"):
        following(first)


def test_a_later_receipt_that_adds_nothing_is_refused() -> None:
    first = verified(signed(receipt()))
    assert refusal(following(first, attachments=()), previous=first) == "receipt-adds-nothing"


def test_a_later_receipt_that_skips_one_is_refused() -> None:
    first = verified(signed(receipt()))
    assert refusal(following(first, n=2), previous=first) == "receipt-out-of-turn"


def test_a_later_receipt_before_the_first_is_refused() -> None:
    assert refusal(following(verified(signed(receipt())))) == "receipt-out-of-turn"


@given(st.binary(max_size=400))
def test_random_bytes_raise_only_our_errors(data: bytes) -> None:
    with pytest.raises(LiaisonError):
        decode_receipt(data)
