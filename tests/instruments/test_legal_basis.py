"""Does every hand-made constellation of two States give what its rule says, and nothing that no rule gives?"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liaison.errors import UsageError
from liaison.instruments.catalogue import load_instruments
from liaison.instruments.legal_basis import Basis, BasisKind, Demand, Excluded, Reason, legal_basis
from liaison.instruments.positions import Positions, Statement, Status, standing
from liaison.register.vocabulary import Act
from tests import house

FILE = house.ROOT / "tests" / "instruments" / "data" / "constellations.toml"
CONSTELLATIONS: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["constellation"]
SHORT = {"un": "un-cybercrime-2024", "bud": "budapest-2001", "p2": "budapest-2022-p2"}
MEMBERS = {"name", "source", "on", "did", "forty", "five", "expect", "since", "ends", "has", "lacks", "demands",
           "demands_not", "excluded"}  # fmt: skip


def instrument(short: str) -> str:
    return SHORT.get(short, short)


def statement(text: str) -> Statement:
    who, what, act, on, *rest = text.split()
    about = next((each.removeprefix("about=") for each in rest if each.startswith("about=")), None)
    clauses = next((each.split(",") for each in rest if not each.startswith("about=")), [])
    return Statement(who, instrument(what), Act(act), date.fromisoformat(on), tuple(clauses), about)


def others(count: int, short: str, on: date) -> list[Statement]:
    return [Statement(f"other {number}", instrument(short), Act.RATIFICATION, on) for number in range(count)]


def positions(each: dict[str, Any]) -> Positions:
    said = [statement(text) for text in each.get("did", [])]
    said += others(40, "un", each["forty"]) if "forty" in each else []
    said += others(5, "p2", each["five"]) if "five" in each else []
    return Positions(tuple(said))


def bases(each: dict[str, Any], ours: str = "XC", theirs: str = "XD") -> dict[str, Basis]:
    found = legal_basis(load_instruments(), positions(each), ours=ours, theirs=theirs, on=each["on"])
    assert len({basis.instrument for basis in found}) == len(found)
    return {basis.instrument: basis for basis in found}


def told(basis: Basis) -> str:
    return f"{basis.kind.value} {basis.reason.value}" if basis.reason else basis.kind.value


def blank(text: str) -> str:
    return "" if text == "-" else text


def demand(text: str) -> tuple[str, Demand]:
    short, code, clause, by = text.split()
    return instrument(short), Demand(code, blank(clause), blank(by))


def test_there_are_forty_constellations_each_with_its_source_and_no_unknown_member() -> None:
    assert len(CONSTELLATIONS) >= 40
    assert len({each["name"] for each in CONSTELLATIONS}) == len(CONSTELLATIONS)
    assert [each["name"] for each in CONSTELLATIONS if not each["source"] or not each["expect"]] == []
    assert [each["name"] for each in CONSTELLATIONS if not set(each) <= MEMBERS] == []


@pytest.mark.parametrize("each", CONSTELLATIONS, ids=lambda each: each["name"])
def test_a_constellation_gives_what_its_source_says(each: dict[str, Any]) -> None:
    found = bases(each)
    assert {short: told(found[instrument(short)]) for short in each["expect"]} == each["expect"]
    for kept, days in (("since", each.get("since", {})), ("ends", each.get("ends", {}))):
        assert {short: getattr(found[instrument(short)], kept) for short in days} == days
    for text in each.get("has", []):
        short, clause = text.split()
        assert clause in found[instrument(short)].clauses
    for text in each.get("lacks", []):
        short, clause = text.split()
        assert clause not in found[instrument(short)].clauses
    for text in each.get("demands", []):
        name, wanted = demand(text)
        assert wanted in found[name].demands
    for text in each.get("demands_not", []):
        name, wanted = demand(text)
        assert wanted not in found[name].demands
    for text in each.get("excluded", []):
        short, clause, by, through = text.split()
        assert Excluded(clause, by, through) in found[instrument(short)].excluded


@pytest.mark.parametrize("each", CONSTELLATIONS, ids=lambda each: each["name"])
def test_both_sides_see_the_same_kind_clauses_and_demands(each: dict[str, Any]) -> None:
    ours, theirs = bases(each), bases(each, ours="XD", theirs="XC")
    assert [(name, basis.kind, basis.clauses) for name, basis in sorted(ours.items())] == [
        (name, basis.kind, basis.clauses) for name, basis in sorted(theirs.items())
    ]
    assert {name: set(basis.demands) for name, basis in ours.items()} == {
        name: set(basis.demands) for name, basis in theirs.items()
    }


def test_a_side_has_no_basis_with_itself() -> None:
    with pytest.raises(UsageError) as refused:
        legal_basis(load_instruments(), Positions(), ours="XC", theirs="XC", on=date(2026, 11, 26))
    assert refused.value.code == "basis-same-side"


def test_a_template_is_never_a_basis() -> None:
    assert "bilateral-template" not in bases({"on": date(2026, 11, 26)})


def bilateral() -> dict[str, Any]:
    template = load_instruments()["bilateral-template"]
    model = load_instruments()["un-cybercrime-2024"]
    assert model.entry is not None
    clauses = {**template.clauses, "art-65": model.clauses["art-65"], "art-67": model.clauses["art-67"]}
    from msgspec.structs import replace as changed

    treaty = changed(
        model,
        id="xc-xd-2020",
        follows="bilateral-template",
        parties=("XC", "XD"),
        clauses=clauses,
        entry=changed(model.entry, deposits=2, by=(Act.RATIFICATION,)),
    )
    return {**load_instruments(), treaty.id: treaty}


def test_a_bilateral_treaty_concerns_its_two_parties_alone() -> None:
    said = tuple(statement(f"{who} xc-xd-2020 ratification 2020-01-01") for who in ("XC", "XD", "XE"))
    day = date(2026, 11, 26)
    between = {
        pair: [
            basis.kind
            for basis in legal_basis(bilateral(), Positions(said), ours=pair[0], theirs=pair[1], on=day)
            if basis.instrument == "xc-xd-2020"
        ]
        for pair in (("XC", "XD"), ("XC", "XE"))
    }
    assert between == {("XC", "XD"): [BasisKind.BINDING], ("XC", "XE"): []}


def test_reservations_that_leave_nothing_leave_a_courtesy() -> None:
    from msgspec.structs import replace as changed

    text = load_instruments()["budapest-2022-p2"]
    small = changed(
        text, requires=None, clauses={name: text.clauses[name] for name in ("art-7", "art-7-9-a", "art-16", "art-24")}
    )
    said = [statement(f"{who} p2 ratification 2020-01-01") for who in ("XC", "XD", "XE", "XF", "XG")]
    said.append(statement("XD p2 reservation 2020-01-01 art-7-9-a"))
    day = date(2026, 11, 26)
    (basis,) = legal_basis({small.id: small}, Positions(tuple(said)), ours="XC", theirs="XD", on=day)
    assert (basis.kind, basis.reason) == (BasisKind.COURTESY, Reason.RESERVED)


ACTS = [act for act in Act if act is not Act.RETRACTION]
STATEMENTS = st.builds(
    Statement,
    st.sampled_from(["XC", "XD", "XE"]),
    st.just("budapest-2001"),
    st.sampled_from(ACTS),
    st.dates(date(2019, 1, 1), date(2027, 12, 31)),
    st.sampled_from([(), ("art-29-4",), ("art-35",), ("art-27-9-e", "art-14-3")]),
    st.sampled_from([None, "XC", "XD"]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(STATEMENTS, max_size=12), st.dates(date(2019, 1, 1), date(2029, 12, 31)))
def test_a_text_binds_exactly_where_both_are_parties_and_nobody_objects(said: list[Statement], on: date) -> None:
    known, text = Positions(tuple(said)), load_instruments()["budapest-2001"]
    sides = [standing(text, known, who, on=on) for who in ("XC", "XD")]
    found = legal_basis({text.id: text}, known, ours="XC", theirs="XD", on=on)[0]
    objected = any(
        each.act is Act.OBJECTION_TO_ENTRY and each.about == other.party
        for one, other in (sides, sides[::-1])
        for each in one.objections
    )
    both = all(side.status is Status.PARTY for side in sides)
    assert (found.kind is BasisKind.BINDING) == (both and not objected)
    assert (found.kind is BasisKind.COURTESY) == (found.reason is not None)


@settings(max_examples=100, deadline=None)
@given(st.lists(STATEMENTS, max_size=12), st.dates(date(2019, 1, 1), date(2029, 12, 31)), st.randoms())
def test_what_is_stated_of_another_day_or_in_another_order_of_days_changes_nothing(
    said: list[Statement], on: date, chance: Any
) -> None:
    once = [each for number, each in enumerate(said) if each.on not in {other.on for other in said[:number]}]
    later = [replace(each, on=date(2030, 1, 1)) for each in said]
    mixed = [*once, *later]
    chance.shuffle(mixed)
    text = load_instruments()["budapest-2001"]
    first = standing(text, Positions(tuple(once)), "XC", on=on)
    assert standing(text, Positions(tuple(mixed)), "XC", on=on) == first
