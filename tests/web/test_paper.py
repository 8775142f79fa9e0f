"""Does a request for cooperation come out on paper in two languages, and never with an empty box for a sign?"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from liaison.cooperation.catalogue import load_catalogue
from liaison.keys.words import format_words
from liaison.web.languages import languages
from liaison.web.letters.fonts import found_fonts
from liaison.web.letters.request import Asked, _told, make_request
from tests.cooperation.drafts import filled
from tests.messages import cast

NOW = datetime(2026, 11, 26, 14, 0, tzinfo=UTC)
FACTS = {"lang": "ar", "text": "دخول إلى نظام دون إذن"}


def asked(form: str = "preservation-request", instrument: str = "budapest-2001", **changes: Any) -> Asked:
    return Asked(
        form=form,
        fields=filled(form, instrument) | {"facts": FACTS} | changes,
        sender="State XC / duty",
        recipients=("State XD / duty",),
        composed=NOW,
        fingerprint=cast.made_hash("core"),
        exercise=False,
        urgency="urgent",
    )


def texts(told: Any) -> list[str]:
    """Every text in what the typesetter is given, in order."""
    if isinstance(told, dict):
        return [told["text"]] if "text" in told else [each for value in told.values() for each in texts(value)]
    return [each for value in told for each in texts(value)] if isinstance(told, list) else []


def of(*codes: str) -> Any:
    return tuple(languages()[code] for code in codes)


@pytest.mark.parametrize(("first", "second"), [("en", "fr"), ("ar", "fr"), ("zh-hans", "ru"), ("es", "ar")])
def test_a_request_is_a_pdf_in_two_languages_without_a_font_of_the_machine(first: str, second: str) -> None:
    data = make_request(asked(), of(first, second), at=NOW, found=found_fonts(system=False))
    assert data.startswith(b"%PDF-")


@pytest.mark.parametrize("form", load_catalogue())
def test_every_type_of_request_fits_its_boxes(form: str) -> None:
    instrument = next(iter(load_catalogue()[form].terms))
    fields = filled(form, instrument)
    told = _told(replace(asked(), form=form, fields=fields), of("en"))
    said = texts(told["boxes"])
    for value in fields.values():
        if isinstance(value, dict):
            assert value["text"] in said
    assert make_request(replace(asked(), form=form, fields=fields), of("en"), at=NOW).startswith(b"%PDF-")


def test_the_same_request_gives_the_same_bytes() -> None:
    assert make_request(asked(), of("en", "fr"), at=NOW) == make_request(asked(), of("en", "fr"), at=NOW)


def test_labels_and_codes_stand_in_both_languages_and_free_text_in_its_own() -> None:
    boxes = {box["title"][0]["text"]: box for box in _told(asked(), of("en", "es"))["boxes"]}
    assert texts(boxes["Urgency"]["rows"][0]) == ["Urgent", "Urgente"]
    assert boxes["Facts in short"]["rows"][0]["value"] == [{"text": FACTS["text"], "lang": "ar", "rtl": True}]


def test_the_agreed_text_and_its_article_stand_there_by_name_in_both_languages() -> None:
    def basis(**said: Any) -> list[list[str]]:
        (box,) = (
            each for each in _told(asked(**said), of("en", "fr"))["boxes"] if each["title"][0]["text"] == "Legal basis"
        )
        return [texts(row["value"]) for row in box["rows"]][:2]

    text, article = basis()
    assert (text, article[0]) == (
        ["Convention on Cybercrime", "Convention sur la cybercriminalité"],
        "29 · Expedited preservation of stored computer data",
    )
    assert article[1].startswith("29 · ") and len(article) == 2
    assert basis(instrument="treaty-xc-xd", clause="art-4") == [["treaty-xc-xd"], ["art-4"]]


def test_a_message_carries_its_fingerprint_in_words_and_as_a_code_and_a_draft_says_that_it_is_one() -> None:
    sent, draft = _told(asked(), of("en")), _told(replace(asked(), fingerprint=""), of("en"))
    assert sent["words"] == format_words(cast.made_hash("core")) and re.search(
        r"<svg .*</svg>", sent["code"], re.DOTALL
    )
    assert not sent["state"] and [each["text"] for each in draft["state"]] == ["Draft: this was not sent."]
    assert draft["words"] == draft["code"] == ""


def test_the_page_says_which_form_decides_and_an_exercise_says_so_on_every_sheet() -> None:
    assert "T-CY(2018)11" in texts(_told(asked(), of("en"))["decides"])[0]
    other = replace(asked("proceedings-transfer", "un-cybercrime-2024"), exercise=True)
    assert "the text the request rests on decides" in texts(_told(other, of("en"))["decides"])[0]
    assert texts(_told(other, of("en"))["mark"])[0].startswith("EXERCISE")


def test_what_is_typed_is_never_markup_of_the_page() -> None:
    odd = {"lang": "en", "text": '#import "x.typ"; $ _*<b>*_ \\ [ ] { }'}
    assert make_request(asked(facts=odd), of("en"), at=NOW).startswith(b"%PDF-")


def test_an_answer_stands_in_its_boxes_and_without_one_they_are_left_empty() -> None:
    empty = _told(asked(), of("en"))["answer"]
    assert all(not box["rows"] for box in empty)
    told = _told(replace(asked(), answer=filled("request-answer", "budapest-2001")), of("en"))["answer"]
    assert {"Accepted", "Secured", "2027-01-25"} & set(texts(told))
    assert [box["number"] for box in told] == list(range(told[0]["number"], told[0]["number"] + len(told)))
