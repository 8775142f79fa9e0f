"""Does every page and every download stay on its side of the wall, asked for with all that can be named on the node?"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from liaison.node.reads.cooperation.evidence import list_evidence
from liaison.officers.permissions import Action, Role
from tests.node.walls.planted import Planted, Planting
from tests.web.pages import PAGES, patterns
from tests.web.visiting import Visitor, let_in, visit_desk

NAMED = {
    "exercise": "exercise",
    "evidence": "evidence",
    "case": "case",
    "message": "message",
    "sent_as": "message",
    "number": "number",
    "officer": "officer",
}
"""Which part of a path is tried with which of the names on the node."""
POSTED: dict[str, dict[str, str]] = {"transcript": {"what": "download"}}
"""Downloads that are asked for by a form."""
ASKED: dict[str, dict[str, str]] = {
    "own-entry-letter": {"letter": "nomination", "in": "en"},
    "case-export": {"as": "stix"},
    "own-report-paper": {"in": "en"},
}
"""Downloads that have to be told what is wanted."""
DESKS = sorted(name for name, page in PAGES.items() if isinstance(page.who, Action))


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    with Planted(Path(tmp_path_factory.mktemp("planted"))) as world:
        yield world  # type: ignore[misc]


@pytest.fixture(scope="module")
def walked(planted: Planted) -> dict[str, list[tuple[Planting, str, Any, str]]]:
    """What each page answered to each desk: where it was asked for, the answer, its text."""
    found: dict[str, list[tuple[Planting, str, Any, str]]] = {name: [] for name in DESKS}
    accepted = conditions(planted)
    for at in (planted.plantings[0], planted.plantings[2]):
        visitor = visit_desk(planted.node, planted.register, at.seat.desk, *Role)
        let_in(planted.node, visitor.officer)
        for name in DESKS:
            for path in addresses(planted, name, visitor):
                answer = visitor.get(path, ASKED.get(name))
                found[name].append((at, path, answer, body(answer)))
                if name in POSTED:
                    answer = visitor.post(path, POSTED[name])
                    found[name].append((at, path, answer, body(answer)))
        for evidence, code in accepted.items():
            path = visitor.at(f"evidence/{evidence}/export")
            answer = visitor.post(path, {"accept": code, "agreed": "on"})
            found["evidence-export"].append((at, path, answer, body(answer)))
    return found


def conditions(planted: Planted) -> dict[str, str]:
    """The code that accepts the conditions of each piece of evidence on the node, whoever's it is."""
    with planted.at("XC"):
        return {
            each.evidence: each.accept
            for at in planted.plantings
            for each in list_evidence(planted.node, planted.register, at.seat.desk)
        }


def addresses(planted: Planted, name: str, visitor: Visitor) -> Iterator[str]:
    """The page with everything that can be named on the node, own or foreign."""
    named, args = planted.named(), dict(PAGES[name].args)
    tried = {key: named[NAMED[key]] for key in args if key in NAMED}
    fixed = {key: value for key, value in args.items() if key not in NAMED}
    seat = visitor.base.split("/")[2]
    for chosen in itertools.product(*tried.values()):
        given = dict(zip(tried, chosen, strict=True))
        if {"case", "message"} <= given.keys() and (given["case"], given["message"]) not in planted.said:
            continue
        yield str(reverse(name, kwargs=fixed | given | {"seat": seat}))


def body(answer: Any) -> str:
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(data.decode("latin-1"))


@pytest.mark.parametrize("name", DESKS)
def test_a_page_tells_nothing_of_another_desk_or_participant(
    planted: Planted, walked: dict[str, list[tuple[Planting, str, Any, str]]], name: str
) -> None:
    assert walked[name]
    for at, path, answer, text in walked[name]:
        told = text + str(answer.headers)
        assert [mark for mark in planted.foreign(at) if mark in told] == [], path


def test_every_download_was_taken_by_its_own_desk(walked: dict[str, list[tuple[Planting, str, Any, str]]]) -> None:
    taken = {
        name
        for name, answers in walked.items()
        for _, _, answer, _ in answers
        if answer.status_code == 200 and "attachment" in answer.headers.get("Content-Disposition", "")
    }
    modules = {each.name: inspect.getmodule(inspect.unwrap(each.callback)) for _, each in patterns()}
    giving = {module for module in modules.values() if module and "Content-Disposition" in inspect.getsource(module)}
    untaken = giving - {modules[name] for name in taken}
    # A file for a guest opens with a code of one case; tests/web/test_guest.py takes one. A statement is left by a
    # destroyed case alone; tests/web/test_inside.py takes one. A request alone is printed; tests/web/test_requests.py.
    here = ["liaison.web.pages.guests.door", "liaison.web.pages.inside.rules", "liaison.web.pages.requests.paper"]
    assert sorted(module.__name__ for module in untaken) == here


def test_what_was_planted_is_seen_by_its_own_desk(
    walked: dict[str, list[tuple[Planting, str, Any, str]]],
) -> None:
    seen = {name for name, answers in walked.items() for at, _, _, text in answers if at.mark in text}
    assert seen >= {
        "book",
        "case",
        "cases",
        "clearance-request",
        "desk",
        "evidence",
        "evidence-export",
        "case-norms",
        "file",
        "norm-cases",
        "measured",
        "measurement",
        "evidence-hand-over",
        "readers",
        "retention-rules",
        "stands",
        "transcript",
        "write",
        "write-step",
    }
    assert {name for name, answers in walked.items() for at, _, _, text in answers if at.person in text} >= {
        "administration",
        "audit",
        "own-report-answer",
        "own-report-both",
        "own-report-check",
        "own-report-difference",
        "own-report-export",
    }
