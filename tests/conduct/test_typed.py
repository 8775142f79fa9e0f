"""Do inputs say the answer that was put into them, and is what cannot be read marked where it stands?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.conduct.reports import Answer
from liaison.conduct.typed import Fault, is_input, kept_inputs, read_typed, typed_of
from tests.conduct.written import ANSWERS, called, find

MEASURE = {"measure.1.kind": "law", "measure.1.text.1": "An act", "measure.1.lang.1": "en"}


@given(ANSWERS)
def test_an_answer_put_into_inputs_is_read_as_the_same_answer(answer: Answer) -> None:
    typed = typed_of(answer, called)
    assert all(map(is_input, typed))
    read = read_typed(answer.clause, kept_inputs(typed), find)
    assert (read.answer, read.faults) == (answer, ())


@given(
    st.dictionaries(
        st.sampled_from([*MEASURE, "sought.2.zone", "audience", "named", "measure.9.title.3"]),
        st.text(max_size=30),
    )
)
def test_whatever_is_typed_is_read_or_marked_and_never_an_error(typed: dict[str, str]) -> None:
    read = read_typed("norm-a", typed, find)
    assert all(is_input(each.name) for each in read.faults)


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"measure.1.kind": ""}, Fault("measure.1.kind", "kind-missing")),
        ({"measure.1.text.1": "", "measure.1.title.1": "Act 7"}, Fault("measure.1.text.1", "text-missing")),
        ({"measure.1.text.1": "x" * 4001}, Fault("measure.1.text.1", "text")),
        ({"measure.1.text.1": "a\u202eb"}, Fault("measure.1.text.1", "text")),
        ({"measure.1.lang.1": "English"}, Fault("measure.1.lang.1", "language")),
        ({"measure.1.text.2": "La loi", "measure.1.lang.2": "en"}, Fault("measure.1.lang.2", "language-twice")),
        ({"measure.1.address.1": "law.example"}, Fault("measure.1.address.1", "address")),
        ({"measure.1.document.1": "abc"}, Fault("measure.1.document.1", "document")),
        ({"measure.1.title.1": "Act 7"}, Fault("measure.1.address.1", "evidence-nowhere")),
        (
            {"sought.1.text.1": "Help", "sought.1.lang.1": "en", "sought.1.zone": "far away"},
            Fault("sought.1.zone", "zone"),
        ),
        ({"audience": "named", "named": "XQ"}, Fault("named", "participant")),
        ({"audience": "named", "named": " "}, Fault("named", "nobody")),
    ],
)
def test_what_cannot_be_read_is_marked_at_its_input(typed: dict[str, str], fault: Fault) -> None:
    assert fault in read_typed("norm-a", MEASURE | typed, find).faults


def test_rows_that_were_offered_and_not_filled_in_are_no_rows() -> None:
    offered = {"measure.2.lang.1": "en", "obstacle.1.lang.1": "en", "sought.1.areas": "", "measure.1.lang.2": "en"}
    read = read_typed("norm-a", MEASURE | offered, find)
    assert (len(read.answer.measures), read.answer.obstacles, read.answer.help_sought, read.faults) == (1, (), (), ())


def test_participants_are_named_by_code_or_id_with_any_comma() -> None:
    read = read_typed("norm-a", MEASURE | {"audience": "named", "named": f"xe، {'d' * 64}"}, find)
    assert read.answer.audience == f"named:{'d' * 64},{'e' * 64}"
