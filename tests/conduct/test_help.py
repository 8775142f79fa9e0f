"""Does help that is sought meet help that is offered, with its reasons, and nobody else's?"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.conduct.help import (
    INTRODUCTION,
    Match,
    Side,
    Wanted,
    Way,
    Wish,
    find_matches,
    hours_in_common,
    introduction_fields,
    names_norm,
    wishes_in,
)
from liaison.conduct.reports import Report, Worded, make_report
from liaison.instruments.texts import Kin
from liaison.messages.forms import check_fields, latest_form
from liaison.messages.forms.checking import Norm

DAY = date(2026, 11, 26)
XC, XD, XE = ("a" * 64, "b" * 64, "c" * 64)
J, G = Norm("un-norms-2015", "norm-j"), Norm("un-norms-2015", "norm-g")


def a_help(*texts: str, **said: Any) -> dict[str, Any]:
    """Help in words of English, or of the language before a colon."""
    words = [each.partition(":") if ":" in each else ("en", "", each) for each in texts]
    return (
        {"text": [{"lang": lang, "text": text} for lang, _, text in words]}
        | {
            "languages": [],
            "areas": [],
            "zone": None,
        }
        | said
    )


def report(who: str, clause: str = "norm-j", *, year: int = 2026, **lists: Any) -> Report:
    answer = {"audience": "participants", "clause": clause} | lists
    return make_report({"instrument": "un-norms-2015", "participant": who, "period": year, "answers": [answer]})


def wishes(*reports: Report) -> list[Wish]:
    return [each for found in reports for each in wishes_in(found)]


SEEKS = report(XC, help_sought=[a_help("Somebody to train finders")])
OFFERS = report(XD, help_offered=[a_help("We train finders")])


def met(*reports: Report, sides: dict[str, Side] | None = None, own: str = XC, **more: Any) -> tuple[Match, ...]:
    return find_matches(own, wishes(*reports), sides or {}, on=DAY, **more)


def test_who_seeks_meets_who_offers_with_the_same_norm_from_either_side() -> None:
    (seen,) = met(SEEKS, OFFERS)
    assert (seen.ours.participant, seen.theirs.participant, seen.why.tie) == (XC, XD, Kin.SAME)
    (back,) = met(SEEKS, OFFERS, own=XD)
    assert (back.ours.participant, back.theirs.participant) == (XD, XC)


def test_two_others_that_meet_are_nobody_elses_to_see() -> None:
    assert met(report(XD, help_sought=[a_help("x")]), report(XE, help_offered=[a_help("y")])) == ()


def test_two_that_both_seek_or_that_are_about_other_norms_do_not_meet() -> None:
    assert met(SEEKS, report(XD, help_sought=[a_help("The same")])) == ()
    assert met(SEEKS, report(XD, "norm-g", help_offered=[a_help("Other")])) == ()
    assert met(SEEKS, report(XC, help_offered=[a_help("Our own")])) == ()


def test_norms_of_one_kin_meet_where_the_caller_says_how_they_are_kin() -> None:
    def alike(sought: Norm, offered: Norm) -> Kin | None:
        return Kin.WIDER if (sought, offered) == (J, G) else None

    offers = report(XD, "norm-g", help_offered=[a_help("Other")])
    assert [each.why.tie for each in met(SEEKS, offers, alike=alike)] == [Kin.WIDER]
    turned = [report(XC, help_offered=[a_help("x")]), report(XD, "norm-g", help_sought=[a_help("y")])]
    assert met(*turned, alike=alike) == (), "the first is what is sought, whoever asks"


def test_what_a_wish_leaves_open_is_what_the_desks_say_and_what_it_says_counts_before() -> None:
    sides = {
        XC: Side(languages=("fr", "en"), areas=("africa",), zones=("Africa/Nairobi",)),
        XD: Side(languages=("en", "ar"), areas=("africa",), zones=("Africa/Cairo",)),
    }
    (open_one,) = met(SEEKS, OFFERS, sides=sides)
    assert (open_one.why.languages, open_one.why.areas, open_one.why.hours) == (("en",), ("africa",), 7)
    said = report(XD, help_offered=[a_help("x", languages=["fr"], areas=["asia"], zone="Asia/Tokyo")])
    (own_word,) = met(SEEKS, said, sides=sides)
    assert (own_word.why.languages, own_word.why.areas, own_word.why.hours) == (("fr",), (), 2)


def test_nobody_is_left_out_because_a_record_says_nothing() -> None:
    (seen,) = met(SEEKS, OFFERS)
    assert (seen.why.languages, seen.why.areas, seen.why.hours) == ((), (), None)


def test_languages_meet_without_their_script_and_region() -> None:
    sides = {XC: Side(languages=("zh-Hant",)), XD: Side(languages=("zh", "pt-BR"))}
    assert met(SEEKS, OFFERS, sides=sides)[0].why.languages == ("zh",)


@pytest.mark.parametrize(
    ("one", "other", "hours"),
    [
        ("Europe/Paris", "Europe/Paris", 8),
        ("Europe/Paris", "Africa/Nairobi", 6),
        ("Asia/Kolkata", "Asia/Kathmandu", 7),
        ("Pacific/Auckland", "America/Sao_Paulo", 0),
        ("Pacific/Kiritimati", "Pacific/Pago_Pago", 7),
        ("Asia/Tokyo", "No/Where", None),
    ],
)
def test_working_hours_in_common_go_round_the_earth_the_short_way(one: str, other: str, hours: int | None) -> None:
    assert hours_in_common([one], [other], DAY) == hours == hours_in_common([other], [one], DAY)


def test_the_nearest_of_several_zones_counts() -> None:
    assert hours_in_common(["Asia/Vladivostok", "Europe/Moscow"], ["Europe/Paris"], DAY) == 6


def test_what_is_looked_for_narrows_what_is_shown() -> None:
    sides = {XC: Side(languages=("fr",), zones=("Europe/Paris",)), XD: Side(languages=("fr",), zones=("UTC",))}
    (seen,) = met(SEEKS, OFFERS, sides=sides)
    for wanted in (Wanted(), Wanted(norm="un-norms-2015"), Wanted(language="fr-CA"), Wanted(hours=True)):
        assert wanted.fits(seen)
    for wanted in (Wanted(norm="un-norms-2015 norm-g"), Wanted(language="ar"), Wanted(area="asia")):
        assert not wanted.fits(seen)


def test_a_norm_is_named_with_or_without_its_clause() -> None:
    assert names_norm("", J) and names_norm("un-norms-2015", J) and names_norm(" un-norms-2015 norm-j ", J)
    assert not names_norm("un-norms-2015 norm-g", J) and not names_norm("sco-code-2015", J)


def test_an_introduction_says_both_words_and_fits_its_form() -> None:
    offers = report(XD, help_offered=[a_help("We train finders", "fr:Nous formons", languages=["fr-FR"])])
    (seen,) = met(SEEKS, offers, sides={XC: Side(languages=("fr",))})
    fields = introduction_fields(seen, Worded("en", "Help with norm j"))
    check_fields(latest_form(INTRODUCTION), fields)
    assert fields["help"] == Way.SOUGHT.value and fields["languages"] == ["fr"]
    assert fields["quoted"] == {"lang": "fr", "text": "Nous formons"}
    assert fields["norms"] == [{"clause": "norm-j", "instrument": "un-norms-2015"}]


WISHES = st.lists(
    st.builds(
        report,
        st.sampled_from([XC, XD, XE]),
        st.sampled_from(["norm-g", "norm-j"]),
        help_sought=st.lists(st.just(a_help("a")), max_size=2),
        help_offered=st.lists(st.just(a_help("b")), min_size=1, max_size=2),
    ),
    max_size=6,
)


@given(WISHES, st.permutations(range(6)))
def test_matches_stand_in_one_order_whatever_came_first_and_each_is_of_the_own_side(
    reports: list[Report], order: list[int]
) -> None:
    shuffled = [reports[place] for place in order if place < len(reports)]
    found, again = met(*reports), met(*shuffled)
    assert found == again
    assert all(XC == each.ours.participant != each.theirs.participant for each in found)
    assert all({each.ours.way, each.theirs.way} == set(Way) for each in found)
