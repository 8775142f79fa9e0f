"""Does a desk see how its own requests went, with small numbers hidden, as a table, a drawing and a file?"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from liaison.officers.permissions import Role
from tests.node.cooperation.dossier import ASSISTANCE, DONE, Dossier
from tests.web.visiting import Visitor, plain, visit


def rows(visitor: Visitor, **given: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(visitor.see("requests/figures/export", **given).removeprefix("\ufeff"))))


def test_numbers_that_may_be_shown_stand_in_table_drawing_and_file_and_small_ones_nowhere(tmp_path: Path) -> None:
    dossier = Dossier(tmp_path)
    with dossier.world as world:
        for _ in range(5):
            dossier.answer(dossier.ask(), **DONE)
        dossier.ask("assistance-request-mla", ASSISTANCE)
        ours = visit(world, "XC", Role.AUDITOR)
        page = ours.see("requests/figures")
        told = plain(page)
        assert "How our requests went in 2026" in told and "Answered" in told and "not shown" in told
        assert page.count("<svg") == page.count("<desc>") == 1 and "style=" not in page
        drawn = page.partition("<svg")[2].partition("</svg>")[0]
        assert "Request to preserve data" in drawn and "assistance" not in drawn
        found = {(row["type"], row["what"], row["code"]): row["requests"] for row in rows(ours)}
        assert found["preservation-request", "all", ""] == found["preservation-request", "outcome", "answered"] == "5"
        assert found["assistance-request-mla", "all", ""] == ""
        assert {row["type"] for row in rows(visit(world, "XD"), side="theirs")} == {row for row, *_ in found}
        assert rows(visit(world, "XD")) == []


def test_another_year_has_none_of_them_and_only_whole_years_are_asked_for(tmp_path: Path) -> None:
    dossier = Dossier(tmp_path)
    with dossier.world as world:
        for _ in range(5):
            dossier.answer(dossier.ask(), **DONE)
        ours = visit(world, "XC")
        assert "No request was sent in this year." in ours.see("requests/figures", year="2025")
        assert len(rows(ours, year="2026", days="1", since="2026-11-25")) == len(rows(ours))
        assert "No request" in ours.see("requests/figures", year="99999999999")
