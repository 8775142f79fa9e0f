"""Does a report come back as it was, and is refused what no reader should have to guess at?"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.conduct.reports import (
    OWN,
    PARTICIPANTS,
    PUBLIC,
    Answer,
    Report,
    check_report,
    decode_report,
    encode_report,
    in_language,
    make_answer,
    make_report,
    named,
    named_in,
    seen_by,
    with_answer,
)
from liaison.errors import LiaisonError, MalformedError
from liaison.register.records import Reader
from liaison.register.vocabulary import ParticipantType
from liaison.wire.canonical import encode
from tests.conduct.examples import answer, report, text

XC, XD, XE = "c" * 64, "d" * 64, "e" * 64
WHOLE = report(
    XC,
    answer("art-1", OWN, "one"),
    answer("art-2", named([XD]), "two"),
    answer("art-3", PARTICIPANTS, "three"),
    answer("art-4", PUBLIC, "four"),
)

words = st.text(st.sampled_from("aé漢ب \n"), min_size=1, max_size=12).map(str.strip).filter(bool)
texts = st.lists(
    st.tuples(st.sampled_from(["en", "fr", "zh", "ar"]), words), min_size=1, max_size=3, unique_by=lambda x: x[0]
)
worded = texts.map(lambda found: [{"lang": lang, "text": said} for lang, said in found])
evidence = st.fixed_dictionaries(
    {
        "address": st.just("https://x.example/1"),
        "document": st.none() | st.just("a" * 64),
        "title": st.none() | st.just("A title"),
    }
)
measures = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["law", "policy", "body", "procedure", "practice"]),
        "text": worded,
        "evidence": st.lists(evidence, max_size=1),
    }
)
helps = st.fixed_dictionaries(
    {
        "text": worded,
        "languages": st.lists(st.sampled_from(["en", "ru"]), unique=True),
        "areas": st.lists(st.sampled_from(["asia", "utc"]), unique=True),
        "zone": st.none() | st.just("Asia/Tokyo"),
    }
)
answers = st.fixed_dictionaries(
    {
        "audience": st.sampled_from([OWN, PUBLIC, PARTICIPANTS, named([XD, XE])]),
        "measures": st.lists(measures, max_size=2),
        "obstacles": st.lists(st.fixed_dictionaries({"text": worded}), max_size=2),
        "help_sought": st.lists(helps, max_size=1),
        "help_offered": st.lists(helps, max_size=1),
    }
)
reports = st.dictionaries(st.sampled_from(["art-1", "art-2", "law-views"]), answers).map(
    lambda found: report(XC, *(make_answer({"clause": name, **each}) for name, each in found.items()))
)


@given(reports)
def test_a_report_loses_nothing_on_the_way_out_and_in(made: Report) -> None:
    assert decode_report(encode_report(made)) == made


@given(st.binary(max_size=300) | st.sampled_from([encode_report(WHOLE)[:-1], b"{}", b"null"]))
def test_other_bytes_are_refused_with_an_error_of_ours(data: bytes) -> None:
    with pytest.raises(LiaisonError):
        decode_report(data)


def changed(**changes: Any) -> bytes:
    plain = json.loads(encode_report(WHOLE))
    plain["answers"][0].update(changes)
    return encode(plain)


EMPTY: dict[str, Any] = {"measures": [], "obstacles": [], "help_sought": [], "help_offered": []}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        (EMPTY, "report-answer-empty"),
        ({"clause": "art-9"}, "report-order"),
        ({"clause": "art-2"}, "report-order"),
        ({"obstacles": [{"text": text("a") * 2}]}, "report-twice"),
        ({"obstacles": [{"text": text(" a")}]}, "report-text"),
        ({"obstacles": [{"text": text("a\tb")}]}, "report-text"),
        ({"obstacles": [{"text": text("a\u202eb")}]}, "report-text"),
        ({"obstacles": [{"text": []}]}, "not-of-this-form"),
        ({"audience": "states"}, "not-of-this-form"),
        ({"audience": "named:"}, "not-of-this-form"),
        ({"audience": f"named:{XE},{XD}"}, "report-audience"),
        ({"audience": f"named:{XD},{XD}"}, "report-audience"),
        (
            {
                "measures": [
                    {"kind": "law", "text": text("a"), "evidence": [{"address": None, "document": None, "title": "b"}]}
                ]
            },
            "report-evidence",
        ),
        ({"measures": [{"kind": "rumour", "text": text("a"), "evidence": []}]}, "not-of-this-form"),
        ({"help_sought": [{"text": text("a"), "languages": ["en", "en"], "areas": [], "zone": None}]}, "report-twice"),
        ({"score": 5}, "not-of-this-form"),
    ],
)
def test_a_report_with_this_in_it_is_refused(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(MalformedError) as error:
        decode_report(changed(**changes))
    assert error.value.code == code


def test_no_break_spaces_and_joiners_of_other_scripts_are_text() -> None:
    assert make_answer(
        {"clause": "a", "obstacles": [{"text": text("« oui\u00a0» \u0645\u06cc\u200c\u0634\u0648\u062f")}]}
    )


def test_an_answer_that_says_nothing_takes_the_one_before_it_out() -> None:
    less = with_answer(WHOLE, Answer("art-2"))
    assert [each.clause for each in less.answers] == ["art-1", "art-3", "art-4"]
    assert with_answer(less, WHOLE.answers[1]) == WHOLE


@pytest.mark.parametrize(
    ("reader", "owner", "seen"),
    [
        (None, False, ["art-4"]),
        (Reader(XE, ParticipantType.STATE, frozenset()), False, ["art-3", "art-4"]),
        (Reader(XD, ParticipantType.PROVIDER, frozenset()), False, ["art-2", "art-3", "art-4"]),
        (Reader(XC, ParticipantType.STATE, frozenset()), True, ["art-1", "art-2", "art-3", "art-4"]),
    ],
)
def test_each_reader_sees_what_is_for_it_and_no_more(reader: Reader | None, owner: bool, seen: list[str]) -> None:
    assert [each.clause for each in seen_by(WHOLE, reader, owner=owner).answers] == seen


def test_only_what_is_asked_can_be_answered() -> None:
    check_report(WHOLE, {"art-1", "art-2", "art-3", "art-4", "art-5"})
    with pytest.raises(MalformedError) as error:
        check_report(WHOLE, {"art-1", "art-2", "art-3"})
    assert (error.value.code, error.value.params["clause"]) == ("report-clause-unknown", "art-4")


def test_names_stand_once_and_in_order() -> None:
    assert named_in(named([XE, XD, XE])) == (XD, XE)
    for wrong in ([], ["XD"], [f"{number:064x}" for number in range(65)]):
        with pytest.raises(MalformedError):
            named(wrong)


def test_the_text_shown_is_that_of_the_reader_or_else_the_first() -> None:
    both = WHOLE.answers[0].measures[0].text
    assert in_language(both, ["fr"]).text == "one loi"
    assert in_language(both, ["ru", "fr-CH", "fr"]).lang == "fr"
    assert in_language(both, ["ru"]).lang == "en"


def test_values_that_are_none_are_refused_with_their_place() -> None:
    with pytest.raises(MalformedError) as error:
        make_report({"instrument": "x", "participant": XC, "period": "2026"})
    assert "period" in str(error.value.params["detail"])
