"""Do profiles arrange the clauses of their instrument among their own questions, and is a wrong file refused?"""

from __future__ import annotations

from importlib import resources

import pytest

from liaison.conduct.profiles import decode_profile, load_profiles, profile_of, questions
from liaison.errors import MalformedError, UsageError

SURVEY = resources.files("liaison.conduct").joinpath("data/profiles/unidir-survey.toml").read_text(encoding="utf-8")


def test_the_survey_has_its_four_parts_and_takes_the_norms_in_the_second() -> None:
    survey = load_profiles()["unidir-survey"]
    assert [part.id for part in survey.parts] == ["law", "norms", "confidence", "capacity"]
    asked = questions(survey, ["norm-a", "norm-b"])
    assert asked["norm-b"].part == "norms" and asked["norm-b"].asked is None
    assert list(asked).index("law-views") < list(asked).index("norm-a") < list(asked).index("capacity-needs")
    assert not survey.checked and survey.source


def test_without_a_profile_the_clauses_are_what_is_asked() -> None:
    assert profile_of(None, "x") is None
    assert list(questions(None, ["b", "a"])) == ["b", "a"]


@pytest.mark.parametrize("name", ["other", "unidir-survey"])
def test_a_profile_of_another_name_or_instrument_is_not_found(name: str) -> None:
    with pytest.raises(UsageError):
        profile_of(name, "gcsc-2019")


def test_a_clause_with_the_id_of_a_question_is_refused() -> None:
    with pytest.raises(MalformedError):
        questions(load_profiles()["unidir-survey"], ["law-views"])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("clauses = true", "clauses = false"),
        ('id = "capacity"', 'id = "law"'),
        ("parts.questions.law-views", "parts.questions.views"),
        ("checked = false", "checked = 0"),
        ("en = ", "fr = "),
        ('en = "International law"', 'en = "International law"\nclauses = true'),
    ],
)
def test_a_file_that_does_not_hold_together_is_refused(old: str, new: str) -> None:
    with pytest.raises(MalformedError):
        decode_profile(SURVEY.replace(old, new, 1).encode())
