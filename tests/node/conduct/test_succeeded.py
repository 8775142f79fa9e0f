"""Does what a participant reported stay its word where a later admission took its place?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from liaison.conduct.reports import Report
from liaison.node.node import Node
from liaison.node.reads.conduct.latest import latest_said
from liaison.node.reads.conduct.reports import (
    ReportShown,
    Viewer,
    own_latest,
    own_report,
    report_heads,
    report_records,
    reports_of,
)
from liaison.register import bodies
from tests.conduct.planted import keep_own
from tests.node.conduct.reported import NORMS, answer, carrying, help_with, says
from tests.register.registry import RegisterBuilder, small_register
from tests.world import World

AGAIN, PUBLIC = "XC again", Viewer()
OLD_ROOTS, NEW_ROOTS = ("XC/roots/1", "XC/roots/2"), ("XC again/roots/1", "XC again/roots/2")


class Succeeded:
    """XC reported on 2025 and 2026, was admitted again, and reported on 2026 once more."""

    def __init__(self, folder: Path) -> None:
        self.registry = carrying(small_register("XC", "XD"))
        self.first = says(self.registry, "XC", answer(audience="public", help_sought=[help_with("before")]), year=2025)
        self.second = says(self.registry, "XC", answer(audience="public", help_sought=[help_with("then")]))
        take_the_place(self.registry)
        says(self.registry, AGAIN, answer(audience="public", help_sought=[help_with("now")]))
        self.world = World(folder, registry=self.registry, codes=("XD",))
        self.now = self.registry.ids[AGAIN]

    @property
    def node(self) -> Node:
        return self.world.nodes["XD"]

    def shown(self) -> dict[int, ReportShown]:
        found = reports_of(self.node, self.world.register, self.now, viewer=PUBLIC)
        return {each.period: each for each in found}


def take_the_place(registry: RegisterBuilder) -> None:
    """XC is admitted again, and its old roots sign over."""
    registry.admit(AGAIN, replaces=registry.ids["XC"])
    registry.set_up(AGAIN)
    registry.publish_desk(AGAIN, "duty")
    registry.publish_node(AGAIN, "duty")
    over = bodies.ParticipantRoots(roots=registry.roots(*NEW_ROOTS), guardians=())
    registry.add(registry.drafted(over, "XC"), *OLD_ROOTS, *NEW_ROOTS)


@pytest.fixture
def succeeded(tmp_path: Path) -> Iterator[Succeeded]:
    made = Succeeded(tmp_path)
    with made.world:
        yield made


def words(report: Report | None) -> str:
    assert report is not None
    (one,) = report.answers
    return "".join(each.text[0].text for each in one.help_sought)


def test_a_report_of_who_was_succeeded_counts_in_the_name_of_its_successor(succeeded: Succeeded) -> None:
    shown = succeeded.shown()
    assert {period: words(each.report) for period, each in shown.items()} == {2025: "before", 2026: "now"}
    assert {each.report.participant for each in shown.values() if each.report} == {succeeded.now}
    heads = report_heads(succeeded.node, succeeded.world.register, viewer=PUBLIC)
    assert {(each.participant, each.period, each.shown) for each in heads} == {
        (succeeded.now, 2025, True),
        (succeeded.now, 2026, True),
    }


def test_help_and_answers_are_of_the_latest_year_whoever_wrote_it(succeeded: Succeeded) -> None:
    found = latest_said(succeeded.node, succeeded.world.register, viewer=PUBLIC)
    assert [each.participant for each in found.wishes] == [succeeded.now]


def test_what_it_wrote_is_exported_with_the_salts_that_the_log_answers_for(succeeded: Succeeded) -> None:
    records = report_records(succeeded.node, succeeded.world.register, succeeded.now, NORMS, 2025, viewer=PUBLIC)
    state = succeeded.registry.view.participant(succeeded.registry.ids["XC"])
    assert state is not None
    named = [part.digest for part in state.reports[f"{NORMS}/2025"][-1].body.parts]
    assert [each.digest for each in records] == named


def test_the_successor_finds_the_whole_of_what_was_written_before_it(succeeded: Succeeded) -> None:
    register = succeeded.world.register
    keep_own(succeeded.node, register, succeeded.first)
    keep_own(succeeded.node, register, succeeded.second)
    found = own_report(succeeded.node, register, succeeded.now, NORMS, 2025)
    assert words(found) == "before" and found is not None and found.participant == succeeded.now
    assert own_latest(succeeded.node, register, succeeded.now) == []
