"""Do measured figures stay what they were until they are measured again, and does the page say all of them?"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import msgspec
import pytest

from benchmarks import figures, page
from benchmarks.charts import goals_chart, reached, series_chart
from benchmarks.figures import Figure, Series, at_least, at_most, medians, within
from benchmarks.results import Results, Run, load_results, save_results, subjects

GOOD = at_least("one <rate>", 12.3456789, "entries/s", ratio=1.2, limit=0.6)
SHORT = at_most("one time", 30.0, "ms", ratio=6.0, limit=5.0)
ABSENT = at_least("beside a peer", 4.0, "rows/s", ratio=None, limit=1)


def run(*found: Figure, others: float = 0.0, series: tuple[Series, ...] = ()) -> Run:
    """How some figures came about, on no machine at all."""
    return Run(
        date="2026-11-22T03:00Z", seconds=1.0, load_before="0", load_after="1", others=others, machine={"cores": "2"},
        versions={"Python": "3.11"}, seeds={"feed": 7}, durable="three commits, 3.2 syncs",
        figures=tuple(each.name for each in found), series=series, samples=(),
    )  # fmt: skip


def results(*found: Figure, subject: str = "register", **more: object) -> Results:
    made = Results({}, {})
    made.put(subject, run(*found, **more), list(found))  # type: ignore[arg-type]
    return made


def folder_with(tmp_path: Path, *names: str) -> Path:
    for name in names:
        (tmp_path / f"{name}.py").write_text('"""What?"""\n\ndef measure():\n    return []\n', encoding="utf-8")
    return tmp_path


def test_measuring_one_subject_again_replaces_its_own_lines_only(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, "line", "register")
    kept = results(GOOD, SHORT)
    kept.put("line", run(ABSENT), [ABSENT])
    save_results(kept, folder)
    again = load_results(folder)
    again.put("register", run(SHORT), [SHORT])
    save_results(again, folder)
    found = msgspec.json.decode((folder / "results.json").read_bytes())
    assert [each["name"] for each in found] == ["beside a peer", "one time"]
    assert all(list(each) == ["name", "value", "unit", "ratio", "goal", "met"] for each in found)
    assert found[0]["met"] is None


def test_a_figure_stands_under_one_subject_only() -> None:
    kept = results(GOOD)
    with pytest.raises(ValueError, match="one <rate>"):
        kept.put("line", run(GOOD), [GOOD])


def test_a_subject_that_is_gone_takes_its_figures_along(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, "line")
    save_results(results(GOOD), folder)
    assert load_results(folder).figures == {}


def test_every_subject_is_found_by_its_function() -> None:
    assert {"line", "register", "routing"} <= set(subjects())
    assert not {"figures", "page", "charts", "machine"} & set(subjects())


def test_the_spread_of_every_set_of_rounds_is_kept() -> None:
    figures.taken.clear()
    medians({"first": lambda: None, "second": lambda: None})
    assert [(each.action, each.rounds) for each in figures.taken] == [("first", 5), ("second", 5)]
    assert all(each.least <= each.median <= each.most for each in figures.taken)


def test_the_page_names_each_figure_each_goal_and_what_does_not_hold(tmp_path: Path) -> None:
    series = Series("rate by cores", "entries/s", (("one", 1.0), ("two", 1.9)))
    made = page.files(results(GOOD, SHORT, ABSENT, others=0.9, series=(series,)), tmp_path)
    text = made["performance.md"]
    assert "1 of 2 judged figures hold." in text
    assert "- one time: 30 ms (ratio 6), goal ratio ≤ 5" in text
    assert "| beside a peer | 4 rows/s | ratio ≥ 1 | not judged |" in text
    assert "| two | 1.9 |" in text
    assert "three commits, 3.2 syncs" in text
    assert "figures of a busy machine" in text
    assert set(made) == {"performance.md", "performance/goals.svg", "performance/register-rate-by-cores.svg"}


def test_a_note_stands_below_its_subject_and_links_to_nothing(tmp_path: Path) -> None:
    (tmp_path / "register.md").write_text("# What remains\n\nThe fold.\n", encoding="utf-8")
    text = page.files(results(GOOD), tmp_path)["performance.md"]
    assert "### What remains\n\nThe fold." in text
    (tmp_path / "register.md").write_text("[there](elsewhere.md)\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"register\.md"):
        page.files(results(GOOD), tmp_path)


@pytest.mark.parametrize(
    ("figure", "times"),
    [(GOOD, 2.0), (SHORT, 5 / 6), (ABSENT, None), (within("size", 4.0, "kB", limit=5.0), 1.25)],
    ids=lambda each: getattr(each, "name", ""),
)
def test_how_far_a_figure_is_from_its_goal(figure: Figure, times: float | None) -> None:
    assert reached(figure) == (None if times is None else pytest.approx(times))


@pytest.mark.parametrize("values", [(1.0, 2.0), (0.0, 0.0), (0.001, 5.0, 40_000.0), (3.0,)])
def test_every_chart_is_well_formed_and_holds_every_number(values: tuple[float, ...]) -> None:
    series = Series("a < b & c", "ms", tuple((f"<{place}>", value) for place, value in enumerate(values)))
    drawn = ET.fromstring(series_chart(series))
    marks = [each for each in drawn.iter() if each.get("class") == "bar"]
    assert len(marks) == len(values)
    assert all(0 <= float(each.get("width") or each.get("cx") or -1) <= 760 for each in marks)


def test_the_chart_of_goals_draws_what_is_judged() -> None:
    drawn = ET.fromstring(goals_chart([GOOD, SHORT, ABSENT]))
    assert [each.get("class") for each in drawn.iter() if each.get("r")] == ["good", "bad"]
