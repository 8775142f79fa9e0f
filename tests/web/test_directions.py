"""Does every text on paper run in its own direction, whatever that of the page is?

A full stop behind a Latin sentence stands at its left, and a bracket turns round, where the sentence runs in a
paragraph from right to left. So on a page in Arabic what is Latin is a paragraph of its own direction, or is isolated
by the signs FSI and PDI.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils import translation

from liaison.conduct.reports import Answer, Evidence, Measure
from liaison.instruments.catalogue import load_instruments
from liaison.node.services.people.officers import seats
from liaison.officers.permissions import Role
from liaison.register.contents.implementation import MeasureKind, Worded
from liaison.web.letters import exercise, implementation, letter, request
from liaison.web.pages.exercises.board import tables
from tests.rehearsing import Rehearsal
from tests.web.test_paper import asked, of
from tests.web.visiting import visit

ISOLATED = re.compile("\u2068[^\u2068\u2069]*\u2069")
IN_SIGNS = {"hash", "code", "words"}
"""What is printed as signs to be compared, always left to right."""


def bare(told: Any) -> Iterator[str]:
    """Every text that holds Latin letters and runs from right to left on a page that does."""
    match told:
        case {"text": str() as text, "rtl": rtl}:
            yield from bare(text) if rtl else ()
        case dict():
            yield from (found for name, each in told.items() if name not in IN_SIGNS for found in bare(each))
        case list() | tuple():
            yield from (found for each in told for found in bare(each))
        case str() if any(unicodedata.bidirectional(sign) == "L" for sign in ISOLATED.sub("", told)):
            yield told


def test_a_latin_text_that_runs_from_right_to_left_is_seen() -> None:
    latin = "Seen by XD."
    assert list(bare(["يراه", latin, {"text": latin, "rtl": True}])) == [latin, latin]
    assert list(bare([f"يراه \u2068{latin}\u2069", {"text": latin, "rtl": False}])) == []


def test_the_report_of_an_exercise_in_another_language_than_its_scenario(tmp_path: Path) -> None:
    rehearsal = Rehearsal(tmp_path)
    rehearsal.go_on(60)
    rehearsal.acknowledge("XD", "logins")
    rehearsal.go_on(240)
    control, desks = rehearsal.control(), [("State XD (fictional) / duty", None)]
    with translation.override("ar"):
        found = tables(control, rehearsal.world.clock.now())
        given = {"control": control, "scenario": control.course.scenario, "tables": found, "desks": desks}
        told = exercise._told(given)
    assert told["purpose"]["text"].endswith("soon.") and told["charts"][1]["bars"], "there is something to see"
    assert list(bare(told)) == []


def test_a_letter_to_the_secretariat(tmp_path: Path) -> None:
    rehearsal = Rehearsal(tmp_path)
    manager = visit(rehearsal.world, "XC", Role.DIRECTORY)
    with rehearsal.world.at("XC"):
        facts = letter._facts(rehearsal.node, seats(rehearsal.node, manager.officer)[0])
    with translation.override("ar"):
        assert list(bare(letter._told(facts, letter.LetterKind.CHANGE))) == []


def test_a_request_that_names_an_official_template() -> None:
    told = request._told(asked(), of("ar"))
    assert "T-CY" in str(told["decides"]), "there is something to see"
    assert list(bare(told)) == []


def test_a_report_of_implementation() -> None:
    evidence = Evidence(address="https://xc.example/law/", document=None, title="قانون (2024)")
    measure = Measure(MeasureKind.LAW, (Worded("en", "An Act (2024)."),), (evidence,))
    seen = f"named:{'0' * 64}"
    printed = implementation.PrintedAnswer(
        place="5 · A place",
        asks="What is asked.",
        answer=Answer("one", (measure,), audience=seen),
        public=False,
        names=("State XD (fictional)", "State XE"),
    )
    text = next(iter(load_instruments().values()))
    with translation.override("ar"):
        told = implementation._told((text, "State XC (fictional)", 2026), [printed], "22 نوفمبر 2026")
    assert "\u2068State XD (fictional)\u2069، \u2068State XE\u2069" in told["answers"][0]["seen"]
    assert list(bare(told)) == []
