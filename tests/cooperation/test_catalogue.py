"""Does the catalogue say of every request what its text says, and is a page that names what is not there refused?"""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.cooperation.catalogue import Terms, decode_instrument_page, load_catalogue
from liaison.cooperation.clock_rules import Clock, Event, Side, Then
from liaison.cooperation.history.reading import demands_of
from liaison.cooperation.steps import STEPS, is_about
from liaison.errors import MalformedError
from liaison.instruments.catalogue import load_instruments
from liaison.instruments.texts import Role, TextKind
from liaison.messages.forms import code_list, forms, latest_form
from tests import house

PAGES = sorted(Path(str(resources.files("liaison.cooperation"))).glob("data/requests/*.toml"))
BUDAPEST, UN, PROTOCOL = "budapest-2001", "un-cybercrime-2024", "budapest-2022-p2"
TYPES = [
    "location-query", "preservation-request", "preservation-extension", "traffic-disclosure-request",
    "stored-data-request", "real-time-traffic-request", "interception-request", "assistance-request-mla",
    "subscriber-request", "registrant-request", "provider-direct-request", "emergency-disclosure-request",
    "spontaneous-information", "provisional-arrest-request", "joint-investigation-proposal", "proceedings-transfer",
]  # fmt: skip
ALL_TERMS = [
    pytest.param(terms, id=f"{form}-{instrument}")
    for form, kind in load_catalogue().items()
    for instrument, terms in kind.terms.items()
]


def terms_of(form: str, instrument: str) -> Terms:
    return load_catalogue()[form].terms[instrument]


def test_all_sixteen_types_are_there_and_each_rests_on_some_text() -> None:
    catalogue = load_catalogue()
    assert list(catalogue) == TYPES
    assert all(kind.terms for kind in catalogue.values())


def test_every_form_of_the_family_is_a_type_or_a_step() -> None:
    family = {form.id for form in forms().values() if {"request"} == {f.context for f in form.fields.values()}}
    assert family == {*TYPES, *STEPS}


@pytest.mark.parametrize(
    ("form", "instrument", "clock", "days", "starts", "acts"),
    [
        ("preservation-request", BUDAPEST, "preservation", 60, Event.SECURED, Side.REQUESTING),
        ("preservation-request", UN, "preservation", 60, Event.SECURED, Side.REQUESTING),
        ("preservation-request", BUDAPEST, "order", 90, Event.ORDERED, Side.REQUESTED),
        ("preservation-request", UN, "order", 90, Event.ORDERED, Side.REQUESTED),
        ("provider-direct-request", PROTOCOL, "answer", 30, Event.RECEIVED, Side.PROVIDER),
        ("subscriber-request", PROTOCOL, "service", 45, Event.COMPLETE, Side.REQUESTED),
        ("subscriber-request", PROTOCOL, "return", 20, Event.SERVED, Side.PROVIDER),
        ("traffic-disclosure-request", PROTOCOL, "service", 45, Event.COMPLETE, Side.REQUESTED),
        ("traffic-disclosure-request", PROTOCOL, "return", 45, Event.SERVED, Side.PROVIDER),
    ],
)
def test_the_figures_of_the_texts(
    form: str, instrument: str, clock: str, *, days: int, starts: Event, acts: Side
) -> None:
    found = terms_of(form, instrument).clocks[clock]
    assert (found.days, found.hours, found.starts, found.acts) == (days, None, starts, acts)
    assert not found.suggested


def test_no_other_figure_is_said_to_be_of_a_treaty() -> None:
    treaties = {BUDAPEST, UN, PROTOCOL}
    figures = {
        (clock.days, clock.hours)
        for kind in load_catalogue().values()
        for terms in kind.terms.values()
        for clock in terms.clocks.values()
        if terms.instrument in treaties and not clock.suggested
    }
    assert figures == {(60, None), (90, None), (30, None), (45, None), (20, None)}


@pytest.mark.parametrize("instrument", [BUDAPEST, UN])
def test_preservation_goes_on_while_assistance_is_decided_and_can_be_extended_before_it_ends(instrument: str) -> None:
    terms = terms_of("preservation-request", instrument)
    clock = terms.clocks["preservation"]
    assert clock.at_least and clock.then is Then.LAPSES and clock.held is not None
    assert (clock.held.begin, clock.held.until) == (Event.ASSISTANCE_ASKED, Event.ASSISTANCE_DECIDED)
    assert terms.extension is not None
    assert (terms.extension.form, terms.extension.clock) == ("preservation-extension", "preservation")
    assert terms.clocks["order"].renewable


def test_budapest_refuses_preservation_for_two_reasons_and_a_reserved_one_only() -> None:
    refusal = terms_of("preservation-request", BUDAPEST).refusal
    assert refusal.only and refusal.reasons == "27(7)"
    assert refusal.grounds == {
        "political-offence": "29(5)(a)",
        "essential-interests": "29(5)(b)",
        "dual-criminality": "29(4)",
    }


@pytest.mark.parametrize(
    ("instrument", "clause", "without"), [(BUDAPEST, "art-29-4", "refused"), (UN, "art-42-5", "warned")]
)
def test_dual_criminality_opens_preservation_only_to_who_reserved_it(
    instrument: str, clause: str, without: str
) -> None:
    for form in ("preservation-request", "preservation-extension"):
        reserved = terms_of(form, instrument).refusal.reserved["dual-criminality"]
        assert (reserved.clause, reserved.without.value) == (clause, without)


@pytest.mark.parametrize("terms", ALL_TERMS)
def test_what_has_to_be_reserved_is_a_reservation_that_the_text_lists_for_the_clause(terms: Terms) -> None:
    clauses = load_instruments()[terms.instrument].clauses
    for reserved in terms.refusal.reserved.values():
        assert clauses[reserved.clause].role is Role.RESERVATION
        assert clauses[reserved.clause].part_of == terms.clause


def test_that_nobody_is_bound_is_a_ground_of_every_courtesy_and_of_nothing_else() -> None:
    for form, kind in load_catalogue().items():
        for instrument in kind.terms:
            assert "nobody-bound" in demands_of(form, instrument, "courtesy").grounds
            assert "nobody-bound" not in demands_of(form, instrument, "binding").grounds or instrument == "reciprocity"


def test_the_united_nations_text_demands_what_its_article_on_preservation_lists() -> None:
    terms = terms_of("preservation-request", UN)
    assert set(terms.fields) == {
        "authority", "offence", "facts", "data", "data_link", "necessity", "assistance_intended",
    }  # fmt: skip
    assert set(terms.if_known) == {"provider", "location"}
    assert terms.serious_crime_years == 4 and not terms.checked


@pytest.mark.parametrize("terms", ALL_TERMS)
def test_whoever_may_send_it_may_send_its_form_and_every_ground_and_safeguard_has_words(terms: Terms) -> None:
    kind = next(each for each in load_catalogue().values() if terms in each.terms.values())
    assert set(terms.signers) <= set(kind.signers) and terms.signers
    assert {*terms.refusal.grounds, *terms.refusal.postponing} <= code_list("refusal-ground").keys()
    assert terms.safeguards.keys() <= kind.safeguards.keys()
    for clock in terms.clocks.values():
        assert (clock.days is None) != (clock.hours is None)


@pytest.mark.parametrize("terms", ALL_TERMS)
def test_a_safeguard_cites_the_article_that_demands_its_field(terms: Terms) -> None:
    """An article that lists what one type has to say demands nothing of another type."""
    kind = next(each for each in load_catalogue().values() if terms in each.terms.values())
    for name, article in terms.safeguards.items():
        for field in kind.safeguards[name].fields:
            if article is not None and field in terms.fields:
                assert terms.fields[field] == article, (name, field)
    lists = {"42(3)", "45(3)", "29(2)"}
    named = {str(article)[:5] for article in terms.safeguards.values()} & lists
    assert named <= {article[:5] for article in terms.fields.values()}


def test_what_intrudes_most_demands_most() -> None:
    heavy = load_catalogue()["interception-request"].safeguards
    assert {"necessity", "proportionality", "period", "authorisation", "serious-crime"} <= heavy.keys()
    for form in ("authorisation", "proportionality", "period_reason"):
        assert latest_form("interception-request").fields[form].required


@pytest.mark.parametrize("form", TYPES)
def test_a_safeguard_is_said_in_a_field_of_the_form_or_asked_of_the_other_side(form: str) -> None:
    for safeguard in load_catalogue()[form].safeguards.values():
        assert safeguard.prompt != bool(set(safeguard.fields) & latest_form(form).fields.keys())


def test_steps_refer_to_requests_and_to_one_another() -> None:
    assert all(latest_form(step).re == "required" for step in STEPS)
    assert is_about("request-answer", "interception-request") and not is_about("request-answer", "reply")
    assert is_about("status-answer", "status-query") and not is_about("status-answer", "preservation-request")
    assert is_about("reply", "interception-request")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_named_after_its_text(page: Path) -> None:
    assert decode_instrument_page(page.read_bytes()).instrument == page.stem


GOOD = (PAGES[0].parent / "budapest-2001.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("was", "becomes", "code"),
    [
        ("types.preservation-request", "types.reply-of-2031", "unknown-form"),
        ('data_link = "29(2)(c)"', 'data_lnk = "29(2)(c)"', "catalogue-unknown"),
        ('refusal = "narrow"', 'refusal = "wide"', "catalogue-unknown"),
        ("political-offence", "political-ofence", "catalogue-unknown"),
        ("days = 60, at_least", "days = 60, hours = 2, at_least", "catalogue-clock"),
        ("days = 60, at_least", "at_least", "catalogue-clock"),
        ("days = 60, at_least", "days = 60, suggested = true, at_least", "catalogue-clock"),
        ("days = 60,", 'days = "60",', "catalogue-unfit"),
        ("days = 60,", "days = 0,", "catalogue-unfit"),
        ("days = 60,", "days = 60, weeks = 2,", "catalogue-unfit"),
        ('starts = "secured"', 'starts = "soon"', "catalogue-unfit"),
        ('clock = "preservation"', 'clock = "conservation"', "catalogue-unknown"),
        ("reserved.dual-criminality", "reserved.de-minimis", "catalogue-unknown"),
        ('without = "refused"', 'without = "allowed"', "catalogue-unfit"),
        ('clause = "art-29-4"', 'clause = "Article 29(4)"', "catalogue-unfit"),
        ("checked = false", "", "catalogue-unfit"),
        ('instrument = "budapest-2001"', 'instrument = ', "catalogue-unfit"),
    ],
)  # fmt: skip
def test_a_page_that_does_not_fit_is_refused(was: str, becomes: str, code: str) -> None:
    assert was in GOOD
    with pytest.raises(MalformedError, match=code):
        decode_instrument_page(GOOD.replace(was, becomes).encode())


def test_a_page_of_another_size_is_refused() -> None:
    with pytest.raises(MalformedError, match="catalogue-too-large"):
        decode_instrument_page(b"#" * (257 * 1024))


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_raise_only_our_errors(data: bytes) -> None:
    with pytest.raises(MalformedError):
        decode_instrument_page(data)


def test_every_clock_that_lapses_is_a_figure_of_its_text() -> None:
    clocks: list[Clock] = [c for p in ALL_TERMS for c in p.values[0].clocks.values()]  # type: ignore[attr-defined]
    assert any(clock.then is Then.LAPSES for clock in clocks)
    assert not any(clock.suggested and clock.then is Then.LAPSES for clock in clocks)


def test_the_page_of_the_specification_names_every_type_text_and_clock() -> None:
    text = (house.ROOT / "docs" / "spec" / "requests-catalogue.md").read_text(encoding="utf-8")
    named: set[str] = {*TYPES, *Event, *Side, *Then}
    for page in PAGES:
        told: dict[str, Any] = tomllib.loads(page.read_text(encoding="utf-8"))
        named |= {told["instrument"]} | {name for each in told["types"].values() for name in each.get("clocks", {})}
    assert sorted(word for word in named if f"`{word}`" not in text) == []


def test_every_text_and_clause_is_one_that_a_request_can_rest_on() -> None:
    instruments = load_instruments()
    for kind in load_catalogue().values():
        for instrument, clause in kind.clauses.items():
            assert instruments[instrument].clauses[clause].role is Role.COOPERATION, (instrument, clause)
    rest_on = {name for name, text in instruments.items() if text.kind is not TextKind.CONDUCT}
    assert {name for kind in load_catalogue().values() for name in kind.terms} == rest_on
