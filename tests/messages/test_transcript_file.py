"""Is the file of a transcript of one form, and is every other refused before a signature is looked at?"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import LiaisonError, MalformedError
from liaison.messages.transcript import decode_transcript, encode_transcript
from liaison.wire.canonical import encode
from tests.messages import cast
from tests.messages.scenes import packed, scene


def test_the_exercise_flag_cannot_be_taken_off_the_file() -> None:
    value = json.loads(encode_transcript(packed()))
    value["exercise"] = False
    with pytest.raises(MalformedError, match="transcript-exercise"):
        decode_transcript(encode(value))


def refusal(change: Any) -> str:
    value = json.loads(encode_transcript(packed()))
    change(value)
    with pytest.raises(MalformedError) as caught:
        decode_transcript(encode(value))
    return caught.value.code


def test_an_empty_transcript_is_refused() -> None:
    assert refusal(lambda value: value.update(messages=[], receipts=[], disclosures={})) == "transcript-empty"


def test_messages_out_of_order_are_refused() -> None:
    assert refusal(lambda value: value["messages"].reverse()) == "transcript-order"


def test_a_repeated_receipt_is_refused() -> None:
    assert refusal(lambda value: value["receipts"].append(value["receipts"][-1])) == "transcript-order"


def test_a_transcript_under_another_case_is_refused() -> None:
    assert refusal(lambda value: value.update(case=cast.made_id(9))) == "transcript-of-several-cases"


def test_a_field_that_is_neither_shown_nor_withheld_is_refused() -> None:
    def drop(value: Any) -> None:
        del next(iter(value["disclosures"].values()))["title"]

    assert refusal(drop) == "transcript-disclosures"


def test_an_empty_member_and_a_message_that_is_asserted_as_well_are_refused() -> None:
    assert refusal(lambda value: value.update(asserted=[])) == "transcript-order"
    assert refusal(lambda value: value.update(asserted=value["messages"])) == "transcript-order"


def test_disclosures_of_no_message_are_refused() -> None:
    assert refusal(lambda value: value["disclosures"].update({"0" * 64: {}})) == "transcript-disclosures"


def test_a_changed_field_is_refused() -> None:
    def alter(value: Any) -> None:
        next(iter(value["disclosures"].values()))["expectation"]["value"] = "for-information"

    assert refusal(alter) == "disclosure-differs"


def test_a_receipt_for_a_message_that_is_not_here_is_refused() -> None:
    stray = scene().receipt(scene().notice(number=77)[0])
    with pytest.raises(MalformedError, match="transcript-stray-receipt"):
        packed(scene().notice(), [stray])


def test_a_time_that_never_was_is_refused() -> None:
    assert refusal(lambda value: value.update(exported="2026-02-30T00:00:00Z")) == "instant"


def test_messages_of_two_cases_do_not_make_one_transcript() -> None:
    here = scene()
    with pytest.raises(MalformedError, match="transcript-of-several-cases"):
        packed([*here.notice(), *here.notice(number=11, case=cast.made_id(2))])


@given(st.binary(max_size=400))
def test_random_bytes_raise_only_our_errors(data: bytes) -> None:
    with pytest.raises(LiaisonError):
        decode_transcript(data)
