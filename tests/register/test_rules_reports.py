"""Rules 15, 16, 34, 36 and 40, as far as they are about implementation reports."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from liaison.register import bodies
from liaison.register.law import reports as law
from liaison.register.vocabulary import REGISTER, ShownTo
from liaison.wire.identifiers import digest
from tests.register.judging import by_node
from tests.register.registry import small_register
from tests.register.test_rules_instruments import TREATY, carrying, published


def part(name: str, to: ShownTo = ShownTo.PUBLIC) -> bodies.ReportPart:
    return bodies.ReportPart(digest(name.encode()), to)


def reported(*names: str, **changes: Any) -> bodies.ImplementationReported:
    parts = tuple(part(name) for name in names or ("one",))
    given: dict[str, Any] = {"instrument": TREATY, "period": 2026, "version": 1, "parts": parts, "withdrawn": False}
    return bodies.ImplementationReported(**(given | changes))


def test_reports_follow_each_other_and_the_last_one_stands() -> None:
    registry = carrying("XC")
    registry.by_node(reported("one"), "XC")
    registry.by_node(reported("two", version=2), "XC")
    registry.by_node(reported("three", period=2025), "XC")
    state = registry.view.participant(registry.ids["XC"])
    assert state is not None
    assert {name: [each.body.version for each in made] for name, made in state.reports.items()} == {
        f"{TREATY}/2026": [1, 2],
        f"{TREATY}/2025": [1],
    }
    assert {each.body.parts for each in state.reports_standing()} == {(part("two"),), (part("three"),)}
    registry.by_node(reported(version=3, parts=(), withdrawn=True), "XC")
    state = registry.view.participant(registry.ids["XC"])
    assert state is not None and [each.body.period for each in state.reports_standing()] == [2025]


def test_a_participant_that_reported_nothing_is_written_as_before() -> None:
    registry = small_register("XC")
    assert "reports" not in msgspec.to_builtins(registry.view.participant(registry.ids["XC"]))


def test_rule_15_a_part_stands_once_in_a_report() -> None:
    assert by_node(carrying("XC"), reported("one", "one")) == "rule-15"


def test_rule_16_a_report_can_always_be_withdrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(law, "VERSIONS", 3)
    registry = carrying("XC")
    registry.by_node(reported("one"), "XC")
    registry.by_node(reported("two", version=2), "XC")
    assert by_node(registry, reported("three", version=3)) == "rule-16"
    assert by_node(registry, reported(version=3, parts=(), withdrawn=True)) == "stands"


def test_rule_16_the_parts_of_all_reports_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(law, "ALL_PARTS", 2)
    registry = carrying("XC")
    registry.by_node(reported("one", "two"), "XC")
    assert by_node(registry, reported("three", period=2025)) == "rule-16"


@pytest.mark.parametrize("version", [2, 3])
def test_rule_34_the_versions_of_a_report_count_without_a_gap(version: int) -> None:
    registry = carrying("XC")
    assert by_node(registry, reported(version=version)) == "rule-34"
    registry.by_node(reported("one"), "XC")
    assert by_node(registry, reported("two")) == "rule-34"


def test_rule_36_a_report_on_a_text_that_is_not_carried_is_void() -> None:
    assert by_node(small_register("XC"), reported()) == "rule-36"
    assert by_node(carrying("XC"), reported(), REGISTER, "office") == "rule-36"


def test_rule_36_what_was_said_can_be_taken_back_although_the_text_is_carried_no_longer() -> None:
    registry = carrying("XC")
    registry.by_node(reported("one"), "XC")
    registry.by_node(published(version=2, withdrawn=True), REGISTER, "office")
    assert by_node(registry, reported("two", version=2)) == "rule-36"
    assert by_node(registry, reported(version=2, parts=(), withdrawn=True)) == "stands"


@pytest.mark.parametrize(
    "wrong",
    [
        reported(parts=()),
        reported(withdrawn=True),
        reported(parts=(), withdrawn=True),
    ],
)
def test_rule_40_a_report_says_something_or_takes_back_what_stands(wrong: bodies.ImplementationReported) -> None:
    assert by_node(carrying("XC"), wrong) == "rule-40"


def test_rule_40_what_is_withdrawn_is_not_withdrawn_again_and_can_be_reported_anew() -> None:
    registry = carrying("XC")
    registry.by_node(reported("one"), "XC")
    registry.by_node(reported(version=2, parts=(), withdrawn=True), "XC")
    assert by_node(registry, reported(version=3, parts=(), withdrawn=True)) == "rule-40"
    assert by_node(registry, reported("two", version=3)) == "stands"


def test_rule_40_a_part_is_never_named_again() -> None:
    registry = carrying("XC")
    registry.by_node(reported("one"), "XC")
    assert by_node(registry, reported("one", version=2)) == "rule-40"
    assert by_node(registry, reported("one", period=2025)) == "rule-40"
