"""Does every field of a request have its box on paper, in the order of the official templates as far as it is known?"""

from __future__ import annotations

import pytest

from liaison.cooperation.catalogue import load_catalogue
from liaison.cooperation.paper import ANSWER, answer_boxes, boxes_of, template_of
from liaison.messages.forms import latest_form

FIRST_EIGHT = ["date", "reference", "status", "requested", "requesting", "confirmation", "investigating", "judicial"]


@pytest.mark.parametrize("form", load_catalogue())
def test_every_field_stands_in_one_box_and_in_one_only(form: str) -> None:
    boxes = boxes_of(form)
    assert sorted(name for box in boxes for name in box.fields) == sorted(latest_form(form).fields)
    assert [box.number for box in boxes] == list(range(1, len(boxes) + 1))
    assert boxes[-1].name == "signature"


@pytest.mark.parametrize("form", load_catalogue())
def test_the_answer_goes_on_where_the_request_ends_and_holds_every_field_of_an_answer(form: str) -> None:
    boxes = answer_boxes(form)
    assert boxes[0].number == len(boxes_of(form)) + 1
    assert sorted(name for box in boxes for name in box.fields) == sorted(latest_form(ANSWER).fields)


@pytest.mark.parametrize("form", ["preservation-request", "subscriber-request"])
def test_the_first_boxes_are_those_of_the_template_that_the_committee_of_the_convention_adopted(form: str) -> None:
    template = template_of(form)
    assert template is not None and template.sure_to >= 8
    assert [box.name for box in boxes_of(form)][:8] == FIRST_EIGHT


def test_the_template_for_subscribers_asks_for_earlier_requests_and_the_domestic_basis_next() -> None:
    named = [box.name for box in boxes_of("subscriber-request")]
    assert named[8:11] == ["previous-assistance", "previous-preservation", "authorisation"]
    assert template_of("interception-request") is None
