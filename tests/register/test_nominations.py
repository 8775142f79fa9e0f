"""Which entries does a table of nominations come to, and which rows are wrong?"""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.register.lookup import Directory
from liaison.register.nominations import NominationPlan, parse_nominations, plan_nominations
from liaison.register.vocabulary import REGISTER, DeskKind
from tests.register.registry import LETTER, RegisterBuilder, seed, small_register

COLUMNS = "nomination,code,kind,letter,date,mission,withdrawn,institution,mailbox"
ROW = f"xf-technical,XF,technical,{LETTER},2026-10-01,Permanent Mission of XF,,National CSIRT,duty@csirt.example"


def table(*rows: str, columns: str = COLUMNS) -> str:
    return "\n".join([columns, *rows]) + "\n"


def plan(registry: RegisterBuilder, *rows: str) -> NominationPlan:
    good, problems = parse_nominations(table(*rows))
    assert problems == ()
    salts = (seed(f"salt {len(registry.records)} {number}") for number in itertools.count())
    return plan_nominations(registry.view, good, held=registry.records, salts=salts)


def carry_out(registry: RegisterBuilder, *rows: str) -> NominationPlan:
    planned = plan(registry, *rows)
    for entry in planned.entries:
        registry.records |= {record.digest: record for record in entry.records}
        registry.by_node(entry.body, REGISTER, "office")
    return planned


def problem(row: str, columns: str = COLUMNS) -> tuple[int, str, object]:
    rows, problems = parse_nominations(table(row, columns=columns))
    assert rows == ()
    return problems[0].line, problems[0].error.code, problems[0].error.params.get("column")


def test_a_row_nominates_a_desk() -> None:
    registry = small_register("XC")
    carry_out(registry, ROW)
    assert [desk.desk for desk in Directory(registry.view).answer("XF", DeskKind.TECHNICAL).desks] == ["xf-technical"]


def test_the_same_table_again_changes_nothing() -> None:
    registry = small_register("XC")
    carry_out(registry, ROW)
    again = plan(registry, ROW)
    assert (again.entries, again.unchanged) == ((), 1)


def test_another_mission_is_a_correction_that_keeps_the_contact_part() -> None:
    registry = small_register("XC")
    first = carry_out(registry, ROW).entries[0]
    second = carry_out(registry, ROW.replace("Permanent Mission", "Ministry")).entries[0]
    assert (second.body.version, second.body.parts, second.records) == (2, first.body.parts, ())


def test_another_contact_is_a_correction_with_a_new_part() -> None:
    registry = small_register("XC")
    carry_out(registry, ROW)
    second = carry_out(registry, ROW.replace("duty@", "night@")).entries[0]
    assert (second.body.version, len(second.records)) == (2, 1)


def test_a_row_withdraws_a_nomination() -> None:
    registry = small_register("XC")
    carry_out(registry, ROW)
    carry_out(registry, ROW.replace(",,", ",yes,"))
    assert Directory(registry.view).answer("XF", DeskKind.TECHNICAL).desks == ()


def test_a_nomination_withdrawn_before_stays_as_it_is() -> None:
    registry = small_register("XC")
    carry_out(registry, ROW)
    carry_out(registry, ROW.replace(",,", ",yes,"))
    again = plan(registry, ROW.replace(",,", ",yes,"))
    assert (again.entries, again.unchanged) == ((), 1)


@pytest.mark.parametrize(
    ("change", "code"),
    [((",,", ",yes,"), "nomination-unknown")],
)
def test_withdrawing_what_was_never_nominated_is_a_problem(change: tuple[str, str], code: str) -> None:
    planned = plan(small_register("XC"), ROW.replace(*change))
    assert [(each.line, each.error.code) for each in planned.problems] == [(2, code)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ((",XF,", ",XG,"), "nomination-other-desk"),
        (("technical,", "diplomatic,"), "nomination-other-desk"),
    ],
)
def test_a_nomination_that_turns_into_another_is_a_problem(change: tuple[str, str], code: str) -> None:
    registry = small_register("XC")
    carry_out(registry, ROW)
    row = ROW.replace(*change) if change[0] != "technical," else ROW.replace(",technical,", ",diplomatic,")
    assert [each.error.code for each in plan(registry, row).problems] == [code]


def test_a_withdrawn_nomination_that_returns_is_a_problem() -> None:
    registry = small_register("XC")
    carry_out(registry, ROW)
    carry_out(registry, ROW.replace(",,", ",yes,"))
    assert [each.error.code for each in plan(registry, ROW).problems] == ["nomination-withdrawn"]


@pytest.mark.parametrize(
    ("change", "column"),
    [
        (("xf-technical", "XF Technical"), "nomination"),
        ((",XF,", ",xf,"), "code"),
        ((",technical,", ",cyber,"), "kind"),
        ((LETTER, LETTER[:-1]), "letter"),
        (("2026-10-01", "2026-02-30"), "date"),
        (("2026-10-01", "01.10.2026"), "date"),
        (("Permanent Mission of XF", ""), "mission"),
        ((",,", ",maybe,"), "withdrawn"),
        (("National CSIRT", ""), "institution"),
    ],
)
def test_a_wrong_value_is_reported_by_line_and_column(change: tuple[str, str], column: str) -> None:
    assert problem(ROW.replace(*change)) == (2, "nomination-value", column)


def test_a_row_with_a_cell_too_few_is_reported() -> None:
    assert problem(ROW.rpartition(",")[0]) == (2, "nomination-cells", None)


def test_a_wrong_row_stops_no_other() -> None:
    rows, problems = parse_nominations(table(ROW.replace(",XF,", ",xf,"), ROW))
    assert ([row.line for row in rows], [each.line for each in problems]) == ([3], [2])


def test_a_nomination_twice_in_one_table_is_reported() -> None:
    rows, problems = parse_nominations(table(ROW, ROW))
    assert (len(rows), [each.error.code for each in problems]) == (1, ["nomination-twice"])


@pytest.mark.parametrize("columns", ["", "nomination,code", COLUMNS + ",email", COLUMNS + ",code"])
def test_a_table_with_other_columns_is_refused(columns: str) -> None:
    with pytest.raises(MalformedError, match="nominations-columns"):
        parse_nominations(table(ROW, columns=columns))


@pytest.mark.parametrize("apart", [";", "\t"])
def test_a_table_that_a_spreadsheet_of_another_country_saved_says_the_same(apart: str) -> None:
    saved = "\ufeff" + table(ROW).replace(",", apart).replace("\n", "\r\n")
    (row,), problems = parse_nominations(saved)
    (plain,), _ = parse_nominations(table(ROW))
    assert (row.body, row.contact, problems) == (plain.body, plain.contact, ())


def test_quotes_that_never_close_are_refused() -> None:
    with pytest.raises(MalformedError, match="nominations-not-csv"):
        parse_nominations(table('"' + ROW))


@given(text=st.text(max_size=200))
def test_random_text_raises_only_our_errors(text: str) -> None:
    try:
        parse_nominations(table(text))
    except MalformedError:
        return
