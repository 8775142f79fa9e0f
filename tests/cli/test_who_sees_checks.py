"""Who learns what of the checks of one desk: at every page, in the API and at the terminal, over a world of nodes?

XC's duty desk asks eleven others for a person; six answer within seven minutes. Each reader asks for everything that
could tell of it, and what came is searched for the cases, the times and the names that are not theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from liaison.duty.checks.results import Aggregate
from liaison.messages.parties import DeskRef
from liaison.node import homes
from liaison.node.config import Config
from liaison.node.models import Case, OutgoingMessage, OwnDesk
from liaison.node.node import Node
from liaison.node.reads.checks.results import sums
from liaison.node.reads.memory import forget
from liaison.node.reads.writing.drafts import Place
from liaison.node.services.checks.persons import ask_persons
from liaison.node.unit_of_work import reading, unit_of_work
from tests.api.calling import call_desk
from tests.cli.homes import Terminal
from tests.mirrored import hold_keys
from tests.register.registry import small_register
from tests.scenarios.test_checks import answer, look
from tests.web.visiting import visit_desk
from tests.world import World

CODES = ("XC", "XD", "XE", "XF", "XG", "XH", "XJ", "XL", "XM", "XN", "XP", "XQ")
ANSWERED, SILENT = CODES[1:7], CODES[7:]
OFFICE = DeskRef("register", "office", "front")
SAID = ("A person answered", "a person last answered", "within 7 minutes")


@dataclass
class Watched:
    """The world, and what is asked for as which desk."""

    world: World
    terminal: Terminal

    @property
    def duty(self) -> DeskRef:
        return self.world.desk("XC")

    @property
    def night(self) -> DeskRef:
        return self.world.desk("XC", "night")

    def cases(self) -> list[str]:
        with reading(self.world.nodes["XC"]):
            return list(Case.objects.filter(form="line-test").values_list("case", flat=True).distinct())

    def pages(self, node: Node, desk: DeskRef) -> dict[str, str]:
        """What an officer of a desk with every role reads, by the page."""
        visitor = visit_desk(node, self.world.register, desk)
        there = [f"{self.world.registry.ids[code][:16]}/duty/" for code in ("XD", "XQ")]
        tails = ["", "checks/", "register/", "find/?q=X", "cases/", "year/", "exercises/", "entry/"]
        tails += [f"{room}/{each}" for room in ("checks", "centres") for each in there]
        tails += [f"cases/{case}/" for case in self.cases()]
        answers = {tail: visitor.get(visitor.at(tail)) for tail in tails}
        return {tail: text_of(answer.content.decode()) for tail, answer in answers.items() if answer.status_code == 200}

    def program(self, node: Node, desk: DeskRef) -> str:
        """What a token with every scope reads: lists, and each case by its id."""
        program = call_desk(node, self.world.register, desk)
        paths = ["/cases?form=line-test", "/messages?direction=in", "/messages?direction=out", "/events"]
        paths += [f"/cases/{case}" for case in self.cases()]
        answers = [program.ask("GET", path) for path in paths]
        return "\n".join(answer.content.decode() for answer in answers if answer.status_code == 200)

    def commands(self, node: Node, desk: DeskRef) -> str:
        """What the commands of a desk print."""
        asked = (("check", "show"), ("check", "ours"), ("message", "list"))
        for words in asked:
            assert self.terminal.run(node.home, *words, "--desk", str(desk), "--json") == 0, self.terminal.err
            assert self.terminal.run(node.home, *words, "--desk", str(desk)) == 0, self.terminal.err
        printed = []
        for words in asked:
            self.terminal.run(node.home, *words, "--desk", str(desk), "--json")
            printed.append(self.terminal.out)
        return "\n".join(printed)

    def everything(self, node: Node, desk: DeskRef) -> str:
        return "\n".join([*self.pages(node, desk).values(), self.program(node, desk), self.commands(node, desk)])


def text_of(page: str) -> str:
    """What a person reads of a page, and the addresses it leads to."""
    links = " ".join(re.findall(r'(?:href|action|value)="([^"]*)"', page))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)) + links


@pytest.fixture
def watched(tmp_path: Path, terminal: Terminal) -> Iterator[Watched]:
    registry = small_register(*CODES, rehearsal=False)
    registry.publish_desk("XC", "night")
    registry.publish_node("XC", "duty", "night")
    with World(tmp_path, codes=CODES, registry=registry) as world:
        node = world.nodes["XC"]
        with unit_of_work(node):
            hold_keys(node, registry, "XC", "night")
        forget(node)
        for each in (node, world.nodes["XD"], world.nodes["XQ"]):
            homes.create_folders(each.home)
            homes.write_config(each.home, Config())
            homes.write_credential(each.home / "credential", b"0" * 32)
        ask(world, world.desk("XC"), *CODES[1:])
        world.advance(minutes=7)
        for code in ANSWERED:
            answer(world, code)
        world.work()
        yield Watched(world, terminal)


def ask(world: World, desk: DeskRef, *codes: str) -> None:
    """A desk of XC asks for a person at those of these States."""
    asked = ask_persons(
        world.nodes["XC"], Place(world.register, desk), [world.desk(code) for code in codes if code != "XC"]
    )
    assert asked.failed == ()
    world.work()


@pytest.mark.sqlite
def test_who_asked_and_who_was_asked_read_their_own_in_full_with_the_trend(watched: Watched) -> None:
    world = watched.world
    look(world, "XC")
    asker = watched.pages(world.nodes["XC"], watched.duty)
    assert asker["checks/"].count("A person answered within 7 minutes.") == len(ANSWERED)
    assert asker["checks/"].count("nobody has answered") == len(SILENT)
    history = asker[f"checks/{world.registry.ids['XD'][:16]}/duty/"]
    assert "7 minutes" in history and "Too few checks to tell" in history
    assert "a person last answered a check" in asker["register/"]
    asked = watched.pages(world.nodes["XD"], world.desk("XD"))["checks/"]
    assert "within 7 minutes" in asked and "Too few checks to tell" in asked
    (ours,) = [watched.terminal.value(world.nodes["XD"].home, "check", "ours")]
    assert (ours["asked"], ours["answered"], ours["half_within_seconds"]) == (1, 1, 420)
    assert [each["seconds"] for each in ours["checks"]] == [420]
    (silent,) = [watched.terminal.value(world.nodes["XQ"].home, "check", "ours")]
    assert (silent["answered"], silent["half_within_seconds"], silent["trend"]) == (0, None, "too-few")


@pytest.mark.sqlite
def test_nobody_else_learns_of_a_single_desk_by_page_program_or_command(watched: Watched) -> None:
    world, cases = watched.world, watched.cases()
    told = watched.everything(world.nodes["XC"], watched.night)
    assert [case for case in cases if case in told] == []
    assert [words for words in SAID if words in told] == []
    # Who was asked sees their own check and none of the others'.
    for code, own in (("XD", 1), ("XQ", 1)):
        told = watched.everything(world.nodes[code], world.desk(code))
        assert len([case for case in cases if case in told]) == own, code
    assert [words for words in SAID if words in told] == []  # XQ did not answer, and nobody else's answer is told.


@pytest.mark.sqlite
def test_the_secretariat_reads_whether_and_never_when_by_page_program_or_command(watched: Watched) -> None:
    world = watched.world
    node = world.nodes["XC"]
    look(world, "XC")
    declared = {"kind": "technical", "languages": [], "expected": {}, "parts": []}
    there = {"participant": OFFICE.participant, "node": OFFICE.node, "desk": OFFICE.desk}
    own = {"participant": watched.duty.participant, "node": "main", "desk": "duty"}
    with unit_of_work(node):  # As if the desk that asked were the secretariat's.
        OutgoingMessage.objects.filter(**own).update(**there)
        Case.objects.filter(**own).update(**there)
        OwnDesk.objects.create(register=world.register, **there, **declared)
    forget(node)
    pages = watched.pages(node, OFFICE)
    assert pages["checks/"].count("A person answered.") == len(ANSWERED)
    assert pages["checks/"].count("No person has answered.") == len(SILENT)
    about = [tail for tail in pages if tail.startswith(("checks/", "centres/", "register/", "find/"))]
    assert f"checks/{world.registry.ids['XD'][:16]}/duty/" not in about
    told = "\n".join(pages[tail] for tail in about) + watched.commands(node, OFFICE)
    assert [words for words in ("7 minutes", "a person last answered", "its node answered") if words in told] == []
    (shown, *_) = watched.terminal.value(node.home, "check", "show", "--desk", str(OFFICE))
    assert sorted(shown) == ["answered", "confirmed", "desk", "freshness", "participant"]
    other = watched.everything(node, watched.duty)  # The secretariat's own results are its own.
    assert [words for words in SAID if words in other] == []


@pytest.mark.sqlite
def test_sums_leave_out_whoever_reads_them_and_stand_still_for_a_month(watched: Watched) -> None:
    world = watched.world
    node, night = world.nodes["XC"], Place(world.register, watched.night)
    seen: dict[str, set[Aggregate]] = {}
    asked_late = False
    while world.clock.now().month != 2:
        now = world.clock.now()
        seen.setdefault(f"{now:%m}", set()).add(sums(node, night, now=now))
        if (
            now.month == 12 and not asked_late
        ):  # Late answers, and more questions, tell nothing before the month is over.
            answer(world, SILENT[0])
            world.work()
            ask(world, watched.night, *CODES[1:])
            ask(world, watched.duty, *CODES[1:8])
            asked_late = True
        world.advance(days=1)
    assert seen == {"11": {Aggregate(None, None)}, "12": {Aggregate(11, 6)}, "01": {Aggregate(11, None)}}
    # What the night desk asked itself is in its own results and in no sum that it reads; the duty desk reads it alone.
    assert sums(node, Place(world.register, watched.duty), now=world.clock.now()) == Aggregate(11, None)
    page = watched.pages(node, watched.night)["checks/"]
    assert "11 were asked; how many answered is not told" in page


@pytest.mark.sqlite
def test_small_numbers_are_left_out_on_both_sides(watched: Watched) -> None:
    world = watched.world
    node = world.nodes["XC"]
    for asked, answered, told in (
        (4, 2, Aggregate(None, None)),
        (5, 5, Aggregate(5, None)),
        (9, 4, Aggregate(9, None)),
        (10, 5, Aggregate(10, 5)),
        (11, 7, Aggregate(11, None)),
    ):
        world.advance(days=365)
        ask(world, watched.night, *CODES[1 : asked + 1])
        world.advance(minutes=3)
        for code in CODES[1 : answered + 1]:
            answer(world, code)
        world.work()
        world.advance(days=31)
        assert sums(node, Place(world.register, watched.duty), now=world.clock.now()) == told
        assert sums(node, Place(world.register, watched.night), now=world.clock.now()) == Aggregate(None, None)
