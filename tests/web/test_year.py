"""Do the figures of a desk's own year add up, leave exercises out, and stand beside their drawing as a table?"""

from __future__ import annotations

import csv
import io
import zoneinfo
from datetime import UTC, datetime
from pathlib import Path

import pytest

from liaison.node.models import Case
from liaison.node.reads.desk.year import read_year, spread
from liaison.officers.permissions import Role
from liaison.web.figures.charts import bars
from tests.web.test_cases import ASKING, ask, real
from tests.web.visiting import visit
from tests.world import NOTICE, World

pytestmark = pytest.mark.engine


def lived(folder: Path) -> World:
    """Two incidents, of which XD acknowledged one after an hour and closed it after a day, and one exercise."""
    world = real(folder)
    case = ask(world)
    world.send("XC", "XD", fields=NOTICE)
    world.send("XC", "XD", exercise=True)
    world.advance(hours=1)
    visit(world, "XD").send(f"cases/{case}/say/reply", **{"field.answer": "accepted"})
    world.work()
    world.advance(hours=23)
    visit(world, "XD").send(f"cases/{case}/say/close", **{"field.outcome": "resolved"})
    world.work()
    return world


def test_a_year_counts_incidents_once_and_no_exercise(tmp_path: Path) -> None:
    with lived(tmp_path) as world:
        for code, ours in (("XD", "0"), ("XC", "2")):
            rows = list(csv.DictReader(io.StringIO(visit(world, code).see("year/export").removeprefix("\ufeff"))))
            found = {(row["table"], row["value"]): row for row in rows}
            assert (found["month", "2026-11"]["cases"], found["month", "2026-11"]["opened_by_us"]) == ("2", ours)
            assert found["month", "2026-11"]["acknowledged_median_s"] == "3600.0"
            assert found["severity", "3"]["cases"] == found["severity", "not-said"]["cases"] == "1"
        assert found["outcome", "not-said"]["cases"] == "2"


def test_the_page_says_how_long_it_took_and_that_exercises_are_left_out(tmp_path: Path) -> None:
    with lived(tmp_path) as world:
        page = visit(world, "XD").see("year/")
        assert "half within 60 minutes, nine in ten within 60 minutes (1 incident)" in page
        assert "half within 24 hours" in page
        assert "1 exercise is left out." in page
        assert "Resolved" in page
        assert "Information gathering" in page or "Scanning" in page


def test_every_drawing_has_a_title_a_description_and_its_table(tmp_path: Path) -> None:
    with lived(tmp_path) as world:
        page = visit(world, "XD").see("year/")
        assert page.count("<svg") == page.count("<desc>") == page.count("<table>") == 5
        assert "style=" not in page


def test_another_year_is_empty_and_says_so(tmp_path: Path) -> None:
    with lived(tmp_path) as world:
        assert "No incident of this desk began in this year." in visit(world, "XD", Role.AUDITOR).see(
            "year/", year="1999"
        )


def test_a_case_counts_in_the_month_it_began_in_where_the_officer_is(tmp_path: Path) -> None:
    with real(tmp_path) as world:
        ask(world, fields=ASKING)
        with world.at("XC"):
            Case.objects.update(opened_at=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
        node, desk = world.nodes["XC"], world.desk("XC")
        assert [case.month for case in read_year(node, desk, 2026, zoneinfo.ZoneInfo("UTC")).cases] == [12]
        assert [case.month for case in read_year(node, desk, 2027, zoneinfo.ZoneInfo("Asia/Tokyo")).cases] == [1]


def test_percentiles_are_values_that_were_measured() -> None:
    assert spread([]).median is None
    assert (spread([5.0]).median, spread([5.0]).p90) == (5.0, 5.0)
    assert (spread(map(float, range(1, 11))).median, spread(map(float, range(1, 11))).p90) == (5.0, 9.0)


def test_bars_begin_at_zero_and_mirror_for_readers_from_right_to_left() -> None:
    chart = bars("Notices", "A year", [("Jan", 4), ("Feb", 2), ("Mar", 0)])
    lengths = [bar.length for bar in chart.bars]
    assert lengths[0] == 2 * lengths[1]
    assert lengths[2] == 0
    mirrored = bars("Notices", "A year", [("Jan", 4)], mirrored=True)
    assert mirrored.placed()[0]["x"] == mirrored.start - lengths[0]
