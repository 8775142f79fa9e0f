"""Does a draft become the report of what is done in it, and of nothing else?"""

from __future__ import annotations

import pytest

from liaison.conduct.asking import asked_by
from liaison.conduct.assembling import Drafted, assemble
from liaison.conduct.drafting import Mark
from liaison.errors import UsageError
from liaison.instruments.catalogue import load_instruments
from tests.conduct.test_typed import MEASURE
from tests.conduct.written import find

OWNER = "c" * 64


def test_only_what_is_done_stands_in_the_report() -> None:
    answers = {
        "norm-b": Drafted(MEASURE, Mark.DONE),
        "norm-a": Drafted(MEASURE | {"audience": "public"}, Mark.DONE),
        "norm-c": Drafted(MEASURE, Mark.WORK),
        "norm-d": Drafted(MEASURE, Mark.NOTHING),
        "norm-e": Drafted({"audience": "public"}, Mark.DONE),
    }
    made = assemble("un-norms-2015", OWNER, 2026, answers, find)
    assert [(each.clause, each.audience) for each in made.complete().answers] == [
        ("norm-a", "public"),
        ("norm-b", "own"),
    ]
    assert (made.in_work, dict(made.faults)) == (("norm-c",), {})


def test_a_fault_in_what_is_done_makes_no_report_and_one_in_work_does_not_matter() -> None:
    wrong = MEASURE | {"measure.1.kind": ""}
    answers = {"norm-a": Drafted(MEASURE, Mark.DONE), "norm-b": Drafted(wrong, Mark.WORK)}
    assert len(assemble("un-norms-2015", OWNER, 2026, answers, find).complete().answers) == 1
    answers["norm-b"] = Drafted(wrong, Mark.DONE)
    with pytest.raises(UsageError, match="report-draft-faults"):
        assemble("un-norms-2015", OWNER, 2026, answers, find).complete()


def test_a_draft_that_says_nothing_is_no_report() -> None:
    with pytest.raises(UsageError, match="report-draft-empty"):
        assemble("un-norms-2015", OWNER, 2026, {}, find).complete()


def test_a_report_asks_what_can_be_implemented_and_shows_what_was_answered_all_the_same() -> None:
    text = load_instruments()["budapest-2001"]
    asked = asked_by(text, None)
    assert "art-29" in asked and asked["art-29"].place
    final = next(name for name, clause in text.clauses.items() if clause.role.value == "final")
    assert final not in asked
    assert final in asked_by(text, None, [final])
