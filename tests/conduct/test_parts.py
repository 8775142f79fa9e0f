"""Do the parts of a report hold what is for their readers, say nothing in their order, and make the report again?"""

from __future__ import annotations

import pytest

from liaison.conduct.differences import ChangeKind, difference
from liaison.conduct.parts import check_part, join_parts, make_parts, open_part, report_body
from liaison.conduct.reports import OWN, PARTICIPANTS, PUBLIC, Report, encode_report, make_answer, named, seen_by
from liaison.errors import MalformedError, VerificationError
from liaison.register.records import RECORD_LIMIT, encode_record
from liaison.register.vocabulary import ShownTo
from tests.conduct.examples import answer, report, salts, text

XC, XD, XE = "c" * 64, "d" * 64, "e" * 64
WHOLE = report(
    XC, answer("art-1", OWN, "one"), answer("art-2", named([XD]), "two"), answer("art-3", PARTICIPANTS, "three"),
    answer("art-4", PUBLIC, "four"), answer("art-5", named([XD, XE]), "five"), answer("art-6", PUBLIC, "six"),
)  # fmt: skip


def test_the_parts_make_the_report_again_but_for_what_is_for_the_participant_alone() -> None:
    made = make_parts(WHOLE, salts())
    shown = tuple(each for each in WHOLE.answers if each.audience != OWN)
    assert join_parts(map(open_part, made)) == Report(WHOLE.instrument, XC, 2026, shown)
    assert not any(b"one law" in encode_record(each) for each in made)
    public = [open_part(each) for each in made if each.audience == PUBLIC]
    assert join_parts(public) == seen_by(WHOLE, None)
    assert join_parts([]) is None


def test_the_log_is_not_told_who_is_named_nor_how_many_answers_a_part_has() -> None:
    made = make_parts(WHOLE, salts())
    body = report_body(WHOLE, made, version=3)
    assert sorted(part.to for part in body.parts) == sorted(
        [ShownTo.NAMED, ShownTo.NAMED, ShownTo.PARTICIPANTS, ShownTo.PUBLIC]
    )
    assert [part.digest for part in body.parts] == sorted(part.digest for part in body.parts)
    assert XD not in repr(body) and XE not in repr(body)


def test_answers_that_fit_in_no_part_together_stand_in_several() -> None:
    long = [{"kind": "law", "text": text("x" * 3000), "evidence": []}] * 6
    big = report(XC, *(make_answer({"clause": f"art-{n}", "audience": PUBLIC, "measures": long}) for n in range(9)))
    made = make_parts(big, salts())
    assert len(made) > 1 and all(len(encode_record(each)) <= RECORD_LIMIT for each in made)
    assert join_parts(map(open_part, made)) == big


def test_an_answer_for_sixty_four_named_fits_its_part_to_the_last_byte() -> None:
    many = named(f"{number:064x}" for number in range(64))
    lines = [{"kind": "law", "text": text("x" * 3800), "evidence": []}] * 15
    (made,) = make_parts(report(XC, make_answer({"clause": "a", "audience": many, "measures": lines})), salts())
    assert RECORD_LIMIT - 8000 < len(encode_record(made)) <= RECORD_LIMIT


def test_an_answer_no_part_can_hold_and_too_many_audiences_are_told() -> None:
    lines = [{"kind": "law", "text": text("x" * 4000), "evidence": []}] * 20
    with pytest.raises(MalformedError) as error:
        make_parts(report(XC, make_answer({"clause": "a", "audience": PUBLIC, "measures": lines})), salts())
    assert error.value.code == "report-answer-too-large"
    many = (answer(f"a-{number:02}", named([f"{number:064x}"]), "x") for number in range(33))
    with pytest.raises(MalformedError) as error:
        make_parts(report(XC, *many), salts())
    assert error.value.code == "report-too-many-parts"


def test_a_part_of_another_participant_instrument_year_or_audience_is_refused() -> None:
    made = make_parts(WHOLE, salts())
    body = report_body(WHOLE, made, version=1)
    for each in made:
        check_part(open_part(each), participant=XC, body=body)
    others = (
        make_parts(report(XD, answer("art-1", PUBLIC, "x")), salts()),
        make_parts(report(XC, answer("art-1", PUBLIC, "x"), period=2025), salts()),
        make_parts(report(XC, answer("art-1", PUBLIC, "x"), instrument="un-cybercrime-2024"), salts()),
    )
    for (part,) in others:
        lying = report_body(WHOLE, [part], version=1)
        with pytest.raises(VerificationError):
            check_part(open_part(part), participant=XC, body=lying)
    (part,) = make_parts(report(XC, answer("art-1", named([XD]), "x")), salts())
    lying = report_body(WHOLE, [part], version=1)
    wrong = type(lying)(**{**{name: getattr(lying, name) for name in lying.__struct_fields__}, "parts": (
        type(lying.parts[0])(part.digest, ShownTo.PUBLIC),)})  # fmt: skip
    with pytest.raises(VerificationError):
        check_part(open_part(part), participant=XC, body=wrong)


def test_parts_that_contradict_each_other_make_no_report() -> None:
    once = make_parts(report(XC, answer("art-1", PUBLIC, "x")), salts())
    again = make_parts(report(XC, answer("art-1", PARTICIPANTS, "y")), salts())
    older = make_parts(report(XC, answer("art-1", PUBLIC, "x"), period=2025), salts())
    for parts in ((*once, *again), (*once, *older)):
        with pytest.raises(MalformedError):
            join_parts(map(open_part, parts))


def test_a_difference_says_what_came_what_went_and_for_whom_it_is_now() -> None:
    before = report(XC, answer("art-1", PUBLIC, "same"), answer("art-2", PUBLIC, "gone"), answer("art-3", OWN, "x"))
    edited = make_answer(
        {
            "clause": "art-3",
            "audience": PUBLIC,
            "measures": [{"kind": "policy", "text": text("new"), "evidence": []}],
            "obstacles": [{"text": text("x obstacle")}],
        }
    )
    after = report(XC, answer("art-1", PUBLIC, "same"), edited, answer("art-4", PUBLIC, "come"))
    gone, changed, come = difference(before, after)
    assert (gone.clause, gone.kind, changed.kind, come.clause, come.kind) == (
        "art-2", ChangeKind.REMOVED, ChangeKind.CHANGED, "art-4", ChangeKind.ADDED,
    )  # fmt: skip
    assert changed.audience == (OWN, PUBLIC)
    assert [each.kind for each in changed.lists["measures"].added] == ["policy"]  # type: ignore[union-attr]
    assert len(changed.lists["measures"].removed) == 2
    assert not changed.lists["obstacles"].is_any
    assert difference(after, after) == () and len(difference(None, after)) == 3
    assert encode_report(before) != encode_report(after)
