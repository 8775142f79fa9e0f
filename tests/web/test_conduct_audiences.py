"""Does every page of the code of conduct show each answer to whom it is for, and to nobody else?

The walk of `tests/node/conduct/walked.py`, page by page: every role of the participant that reported, the participant
it names, others on three nodes, and the public. A page that is new must find its place in `TAILS`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from django.urls import URLPattern

from liaison.messages.parties import DeskRef
from liaison.officers.permissions import MAY, Action, Role
from liaison.web.pages import conduct
from liaison.web.pages.conduct import help as help_with_norms
from liaison.web.pages.conduct import own as own_report
from tests.node.conduct.walked import CLAUSES, MARKS, SEES, TEXT, Walk, marks_in, tell
from tests.node.stories import Story
from tests.web.visiting import Visitor, visit_desk

SHOWN, SHARED, HELP, OWN, NOTHING = "shown", "shared with all", "shown, and the own wishes", "own", "nothing"
DRAFT = "conduct/own/{draft}/"
EACH_CLAUSE = tuple(CLAUSES.values())
TAILS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "conduct": (NOTHING, ("conduct/",)),
    "conduct-text": (NOTHING, (f"conduct/texts/{TEXT.id}/",)),
    "conduct-norm": (SHOWN, tuple(f"conduct/texts/{TEXT.id}/norms/{clause}/" for clause in EACH_CLAUSE)),
    "conduct-participant": (SHOWN, ("conduct/participants/{owner}/", "conduct/participants/{owner}/?year=2026")),
    "conduct-stand": (NOTHING, (f"conduct/texts/{TEXT.id}/stand",)),
    "help": (HELP, ("conduct/help/", *(f"conduct/help/?norm={TEXT.id}+{clause}" for clause in EACH_CLAUSE))),
    "help-introduce": (NOTHING, ("conduct/help/introduce",)),
    "practices": (SHARED, ("conduct/practices/", "conduct/practices/?q=mark")),
    "norm-cases": (NOTHING, ("conduct/cases/",)),
    "case-norms": (NOTHING, ("conduct/cases/01920000-0000-7000-8000-000000000000",)),
    "own-reports": (NOTHING, ("conduct/own/",)),
    "own-report-begin": (NOTHING, ("conduct/own/begin",)),
    "own-report-import": (NOTHING, ("conduct/own/import",)),
    "own-report": (NOTHING, (DRAFT,)),
    "own-report-check": (OWN, (f"{DRAFT}check",)),
    "own-report-propose": (NOTHING, (f"{DRAFT}propose",)),
    "own-report-withdraw": (NOTHING, (f"{DRAFT}withdraw",)),
    "own-report-approve": (NOTHING, (f"{DRAFT}approve",)),
    "own-report-difference": (OWN, (f"{DRAFT}difference",)),
    "own-report-paper": (NOTHING, (f"{DRAFT}paper?in=en",)),  # Its text is drawn: only who gets one is looked at.
    "own-report-export": (OWN, (f"{DRAFT}export",)),
    "own-report-answer": (OWN, tuple(f"{DRAFT}clauses/{clause}/" for clause in EACH_CLAUSE)),
    "own-report-both": (NOTHING, tuple(f"{DRAFT}clauses/{clause}/both" for clause in EACH_CLAUSE[1:])),
    "measured": (NOTHING, ("conduct/measured/", "conduct/measured/?side=own")),
    "measured-shown": (NOTHING, ("conduct/measured/shown",)),
    "measurement": (NOTHING, ("conduct/measured/1/",)),
    **{f"measured-{name}": (NOTHING, (f"conduct/measured/{name}",)) for name in ("take", "notify")},
    **{
        f"measurement-{name}": (NOTHING, (f"conduct/measured/1/{name}",))
        for name in ("drop", "dispute", "review", "consent")
    },
}
OUTSIDE = {"measured-public": "/shown/measured"}
READS_CONTENTS = {role for role in Role if Action.READ_CASE in MAY[role]}
REPORTS = {role for role in Role if Action.REPORT in MAY[role]}


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    story = Story(tmp_path_factory.mktemp("walk"))
    try:
        yield tell(story)
    finally:
        story.close()


def visitor_of(walk: Walk, who: str, *roles: Role) -> Visitor:
    at = walk.residents[who]
    return visit_desk(at.node, walk.register, DeskRef(at.participant, "main", "duty"), *roles)


def expected(who: str, role: Role, what: str) -> set[str]:
    """The audiences whose answers somebody finds on pages that show `what`."""
    own = who == "xc"
    return {
        SHOWN: SEES[who],
        SHARED: SEES[who] - {"named"},
        HELP: set(MARKS) if own and role in READS_CONTENTS else SEES[who],
        OWN: set(MARKS) if own and role in REPORTS else set(),
        NOTHING: set(),
    }[what]


def found_on(walk: Walk, visitor: Visitor, tails: tuple[str, ...]) -> tuple[set[str], set[int]]:
    """Whose answers stand on any of these pages, and how the pages were answered."""
    answers = [visitor.get(visitor.at(tail.format(draft=walk.draft, owner=walk.owner))) for tail in tails]
    return {mark for each in answers for mark in marks_in(each.content)}, {each.status_code for each in answers}


def test_every_page_of_the_code_of_conduct_is_walked() -> None:
    routes: list[URLPattern] = [*conduct.ROUTES, *help_with_norms.ROUTES, *own_report.ROUTES]
    assert {each.name for each in routes} == set(TAILS)
    assert {each.name for each in conduct.OUTSIDE} == set(OUTSIDE)


@pytest.mark.parametrize("role", Role)
def test_each_role_of_the_participant_that_reported_finds_what_is_for_it(walk: Walk, role: Role) -> None:
    visitor = visitor_of(walk, "xc", role)
    for name, (what, tails) in TAILS.items():
        marks, answered = found_on(walk, visitor, tails)
        assert marks == expected("xc", role, what), name
        if name == "own-report-paper":
            assert answered == ({200} if role in REPORTS else {403})
    both, _ = found_on(walk, visitor, (f"{DRAFT}clauses/{CLAUSES['own']}/both",))
    assert both == ({"own"} if role in REPORTS else set())


@pytest.mark.parametrize("who", ["xd", "xe", "xf", "xg"])
def test_the_named_and_the_others_find_what_is_for_them(walk: Walk, who: str) -> None:
    visitor = visitor_of(walk, who)
    for name, (what, tails) in TAILS.items():
        marks, answered = found_on(walk, visitor, tails)
        assert marks == expected(who, Role.OFFICER, what), name
        assert "{draft}" not in tails[0] or answered <= {400, 404, 405}, name


def test_who_is_not_signed_in_finds_nothing(walk: Walk) -> None:
    for who, at in walk.residents.items():
        visitor = Visitor(at.node)
        visitor.base = f"/d/{at.participant[:12]}.duty/"
        for name, (_, tails) in TAILS.items():
            marks, answered = found_on(walk, visitor, tails)
            assert (marks, answered <= {302, 405}) == (set(), True), (who, name)
        for path in OUTSIDE.values():
            assert marks_in(visitor.get(path).content) == set()
