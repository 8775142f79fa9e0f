"""Is what a text or the requested side demands missed before a request is sent, and nothing else?"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from liaison.cooperation.catalogue import load_catalogue
from liaison.cooperation.completeness import Draft, Lack, LackCode, find_lacks
from liaison.cooperation.rulebook import check_rulebook, is_old, languages_for, rules_for, usual_days
from liaison.errors import MalformedError, UsageError
from liaison.messages.forms import code_list, latest_form
from liaison.messages.parties import DeskRef
from liaison.register.records import (
    OwnStep,
    RequestRules,
    RequestWay,
    Rulebook,
    decode_record,
    encode_record,
    make_record,
    read_content,
)
from tests.cooperation.drafts import RULES, filled
from tests.messages import cast

BUDAPEST, UN = "budapest-2001", "un-cybercrime-2024"


def draft(form: str = "preservation-request", instrument: str = BUDAPEST, **changes: Any) -> Draft:
    fields = filled(form, instrument) | changes
    kind = (
        str(load_catalogue()[form].terms[instrument].signers[0]) if instrument in load_catalogue()[form].terms else "x"
    )
    return Draft(form, {name: each for name, each in fields.items() if each is not None}, kind)


def lacks(of: Draft, rulebook: Rulebook | None = None) -> set[tuple[str, str]]:
    return {(each.code.value, each.field) for each in find_lacks(of, rulebook)}


def only(of: Draft, rulebook: Rulebook | None = None) -> Lack:
    (lack,) = find_lacks(of, rulebook)
    return lack


@pytest.mark.parametrize(
    ("form", "instrument"),
    [(form, instrument) for form, kind in load_catalogue().items() for instrument in kind.terms],
)
def test_a_request_that_says_everything_lacks_nothing(form: str, instrument: str) -> None:
    assert find_lacks(draft(form, instrument), None) == ()


@pytest.mark.parametrize(
    ("form", "instrument", "field", "article"),
    [
        (form, instrument, field, article)
        for form, kind in load_catalogue().items()
        for instrument, terms in kind.terms.items()
        for field, article in terms.fields.items()
    ],
)
def test_every_field_that_a_text_demands_is_missed_with_its_article(
    form: str, instrument: str, field: str, article: str
) -> None:
    lack = only(draft(form, instrument, **{field: None}))
    assert (lack.code, lack.field, lack.article, lack.blocks) == (LackCode.FIELD_DEMANDED, field, article, True)


def test_what_an_article_lists_as_far_as_it_is_known_is_pointed_out_once_and_blocks_nothing() -> None:
    unknown = dict.fromkeys(("provider", "location"))
    for instrument, article in ((BUDAPEST, "29(2)(d)"), (UN, "42(3)(d)")):
        lack = only(draft("preservation-request", instrument, **unknown))
        assert lack == Lack(LackCode.FIELD_IF_KNOWN, "provider", article, blocks=False)
        assert all(not lacks(draft("preservation-request", instrument, **{name: None})) for name in unknown)
    asked = draft("assistance-request-mla", UN, persons=None, identifiers=None, data_from=None)
    assert {(each.field, each.article) for each in find_lacks(asked, None)} == {
        ("persons", "40(15)(e)"),
        ("data_from", "40(15)(f)"),
    }


def test_a_request_to_follow_that_is_not_intended_is_what_the_text_demands_and_is_missing() -> None:
    assert lacks(draft(assistance_intended=False)) == {("field-demanded", "assistance_intended")}


def test_a_safeguard_that_only_good_practice_asks_for_advises_and_one_of_the_text_blocks() -> None:
    advised = only(draft("stored-data-request", personal_data=None))
    assert (advised.code, advised.blocks, advised.params["safeguard"]) == (LackCode.SAFEGUARD, False, "personal-data")
    assert only(draft("stored-data-request", UN, personal_data=None)).blocks


def test_a_measure_without_an_end_is_missed_and_either_end_will_do() -> None:
    form, ends = "interception-request", ("period_to", "period_days")
    assert lacks(draft(form, **dict.fromkeys(ends))) == {("safeguard", "period_to")}
    assert all(not lacks(draft(form, **{end: None})) for end in ends)


def test_who_is_not_told_until_when_and_why_go_together() -> None:
    assert lacks(draft(not_notified_until=None, not_notified_reason=None)) == set()
    assert only(draft(not_notified_reason=None)).field == "not_notified_reason"
    assert only(draft(not_notified_until=None)).blocks


def test_a_penalty_below_a_serious_crime_is_pointed_out_and_blocks_nothing() -> None:
    lack = only(draft("interception-request", UN, max_penalty_years=3))
    assert (lack.code, lack.blocks, lack.params) == (LackCode.BELOW_SERIOUS_CRIME, False, {"years": "4"})
    assert lacks(draft("interception-request", UN, max_penalty_years=4)) == set()
    assert lacks(draft("interception-request", BUDAPEST, max_penalty_years=3)) == set()


def test_only_a_central_authority_sends_an_interception() -> None:
    asked = draft("interception-request")
    assert only(Draft(asked.form, asked.fields, "law-enforcement")).code is LackCode.NOT_THIS_DESK


def test_of_a_courtesy_nothing_of_a_text_blocks_and_what_its_form_requires_does() -> None:
    asked = draft(instrument=UN, basis="courtesy", data_link=None, clause="art-1")
    assert {(each.code, each.blocks) for each in find_lacks(asked, None)} == {
        (LackCode.FORM_REQUIRES, True),
        (LackCode.CLAUSE_DIFFERS, False),
    }


def test_a_text_that_does_not_know_the_type_blocks_unless_it_is_a_courtesy() -> None:
    asked = draft("proceedings-transfer", BUDAPEST)
    assert only(asked).code is LackCode.TEXT_UNKNOWN and only(asked).blocks
    assert not only(Draft(asked.form, {**asked.fields, "basis": "courtesy"}, asked.sender_kind)).blocks


def test_a_text_of_which_no_page_says_anything_holds_nothing_up() -> None:
    """A bilateral treaty of the two that an operator took in."""
    asked = draft(instrument=BUDAPEST)
    own = Draft(asked.form, {**asked.fields, "instrument": "xc-xd-2019"}, asked.sender_kind)
    assert only(own).code is LackCode.NO_PAGE and not only(own).blocks


def test_an_end_before_the_beginning_is_missed() -> None:
    changed = draft(data_from="2026-11-22T03:00:00Z", data_to="2026-11-22T02:59:59Z")
    assert only(changed).code is LackCode.PERIOD_REVERSED


def test_a_form_that_is_no_request_is_said_to_be_none() -> None:
    assert only(Draft("reply", {}, "technical")).code is LackCode.NO_TYPE


def test_the_rules_of_the_requested_side_are_heeded() -> None:
    assert only(draft(penalty=None), RULES).code is LackCode.FIELD_OF_RULEBOOK
    assert only(draft("interception-request"), RULES).code is LackCode.NOT_TAKEN
    by_letter = msgspec.structs.replace(RULES, ways=(RequestWay.LETTER,))
    assert only(draft(), by_letter) == Lack(LackCode.NOT_BY_THE_LINE, blocks=False, params={"ways": "letter"})


def test_a_request_goes_to_the_desk_that_the_requested_side_names() -> None:
    asked = draft("assistance-request-mla", UN)
    for desk, found in (("justice", set()), ("duty", {("other-desk", "")})):
        to = DeskRef(cast.XD.participant, "ministry", desk)
        assert lacks(Draft(asked.form, asked.fields, asked.sender_kind, to), RULES) == found


def test_a_text_in_another_language_than_the_requested_side_takes_is_missed_but_for_urgent_ones() -> None:
    asked = draft(facts={"lang": "es", "text": "Hechos"}, offence={"lang": "fr", "text": "Intrusion"})
    assert only(asked, RULES) == Lack(LackCode.LANGUAGE, "facts", params={"languages": "en, fr"})
    assert lacks(Draft(asked.form, asked.fields, asked.sender_kind, urgency="urgent"), RULES) == set()
    assert languages_for(RULES, urgent=True) == ("en", "fr", "es")


def test_every_lack_has_its_words() -> None:
    assert set(code_list("lack")) == {code.value for code in LackCode}


def test_a_rulebook_is_a_part_of_a_record_that_reads_back_as_it_was() -> None:
    record = decode_record(encode_record(make_record(RULES, "public", salt=bytes(32))))
    assert read_content(record.part) == RULES
    twice = msgspec.structs.replace(RULES, languages=("en", "en"))
    with pytest.raises(MalformedError, match="record-content"):
        make_record(twice, "public", salt=bytes(32))


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("rulebook-form", {"requests": (RequestRules("reply", taken=True, desk=None, fields=()),)}),
        ("rulebook-field", {"requests": (RequestRules("status-query", taken=True, desk=None, fields=("x",)),)}),
        ("rulebook-field", {"requests": (RequestRules("location-query", taken=True, desk=None, fields=("x",)),)}),
        ("rulebook-step", {"steps": (OwnStep("slept", 1),)}),
        ("rulebook-day", {"as_of": "2026-02-30"}),
    ],
)
def test_a_rulebook_that_names_what_is_not_there_is_not_published(code: str, changes: dict[str, Any]) -> None:
    check_rulebook(RULES)
    wrong = msgspec.structs.replace(RULES, **changes)
    with pytest.raises(UsageError, match="rulebook-form" if "status-query" in str(changes) else code):
        check_rulebook(wrong)


def test_a_rulebook_of_a_later_version_asks_for_nothing_that_is_not_known_here() -> None:
    later = msgspec.structs.replace(
        RULES, requests=(RequestRules("preservation-request", taken=True, desk=None, fields=("field_of_2031",)),)
    )
    assert lacks(draft(), later) == set()
    assert rules_for(later, "location-query").taken


def test_a_rulebook_is_old_after_a_year_and_tells_the_usual_days_in_order() -> None:
    from datetime import date

    assert not is_old(RULES, date(2027, 11, 20)) and is_old(RULES, date(2027, 11, 21))
    assert [(step.value, days) for step, days in usual_days(RULES)] == [("decided", 5), ("ordered", 10)]


def test_every_draft_of_these_tests_is_one_that_its_form_takes() -> None:
    from liaison.messages.forms import check_fields

    for form, kind in load_catalogue().items():
        for instrument in kind.terms:
            check_fields(latest_form(form), filled(form, instrument))
