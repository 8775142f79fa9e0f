"""Does EXERCISE stand wherever anything of an exercise does: in the signed bytes, on every page, in every answer of the
API, at the terminal, in every export, transcript, notification and mail, and in no figure of what was real?

A text that nothing else holds is planted in an event and in a notice of the exercise, on the sides of exercise control
and of one who plays; wherever the text comes out, the mark has to come with it, in the same row where there are rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest

from liaison.duty.exercises.scenario import decode_scenario
from liaison.errors import LiaisonError
from liaison.exchange.values import Format
from liaison.messages.message import open_message
from liaison.node import homes
from liaison.node.config import Config
from liaison.node.models import Case, ContactMethod, IncomingCopy, OutgoingMessage
from liaison.node.reads.desk.listing import Reader
from liaison.node.reads.desk.year import read_year
from liaison.node.reads.exchange.cases import export_case
from liaison.node.reads.writing.drafts import Place
from liaison.node.reads.writing.usual import usual_minutes
from liaison.node.services.desk.following import FollowUpRead, set_follow_up
from liaison.node.services.escalation.sending import send_due
from liaison.node.services.escalation.telling import escalate_due
from liaison.node.services.exercises.planning import Plan, plan_exercise
from liaison.node.services.exercises.running import run_exercises
from liaison.node.services.line.acknowledging import acknowledge, find_original
from liaison.node.services.line.attachments import seal_attachment
from liaison.node.services.people.officers import Seat, add_officer, grant
from liaison.node.services.writing.drafts import begin_draft
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Action, Role
from tests.api.calling import call
from tests.api.operations import OPERATIONS
from tests.exchange.reports import SCAN
from tests.register.registry import small_register
from tests.web.pages import PAGES, address
from tests.web.visiting import visit
from tests.world import NOTICE, World

MARK = "quartz-heron"
SAYS = re.compile(r'EXERCISE|"exercise": ?(true|"[0-9a-f-]{36}")|exercise:yes')
ROWS = re.compile(r"(?=<tr\b|<li\b)")
CODES = ("XC", "XD", "XE")
SCENARIO = f"""
id = "planted"
version = 1
en = "Exercise {MARK}"
purpose = "Practise {MARK}."
[roles.one]
kind = "technical"
en = "One {MARK}"
[injects.first]
to = ["one"]
urgency = "urgent"
en = "Event {MARK}"
text = "Situation {MARK}."
expected = [{{ action = "acknowledged", within = 15 }}]
""".encode()
FIELDS = NOTICE | {"title": {"lang": "en", "text": MARK}, "observables": msgspec.to_builtins([SCAN])}
POSTED = {"transcript": {"what": "download"}}
ASKED = {"case-export": {"as": "misp"}}


class Marked(World):
    """XC is exercise control, XD plays and writes to XE and to XC; a real case of XD's stands beside."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, codes=CODES, registry=small_register(*CODES, rehearsal=False))
        self.exercise = self._plan()
        self.advance(minutes=1)
        run_exercises(self.nodes["XC"])
        self.work()
        attached = seal_attachment(
            self.nodes["XD"], name=f"{MARK}.txt", media_type="text/plain", chunks=[MARK.encode()]
        )
        fields = {"fields": FIELDS, "attachments": (attached,)}
        (self.told,) = self.send("XD", "XC", "XE", exercise=True, urgency="urgent", **fields)
        self.send("XD", "XC")
        self.work()
        for code in CODES:
            homes.create_folders(self.nodes[code].home)
            homes.write_config(self.nodes[code].home, Config())
            homes.write_credential(self.nodes[code].home / "credential", b"0" * 32)

    def _plan(self) -> str:
        seat = Seat(self.register, self.desk("XC"), frozenset({Role.OFFICER}))
        plan = Plan(
            scenario=decode_scenario(SCENARIO),
            cast={"one": [self.desk("XD")]},
            starts_at=self.clock.now(),
            guidance=f"Advice {MARK}",
        )
        exercise = plan_exercise(self.nodes["XC"], seat, plan, by=1)
        self.work()
        return exercise

    def named(self, code: str) -> tuple[list[str], list[str]]:
        """The cases of the exercise at a node, and the messages in them."""
        said = self.said(code)
        return sorted({case for case, _ in said}), sorted({message for _, message in said})

    def said(self, code: str) -> list[tuple[str, str]]:
        """Each message of the exercise at a node, with its case."""
        with self.at(code):
            cases = Case.objects.filter(exercise=True).values("case")
            tables = (IncomingCopy, OutgoingMessage)
            rows = (each.objects.filter(case__in=cases).values_list("case", "message_id") for each in tables)
            return sorted({row for found in rows for row in found})


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marked]:
    with Marked(Path(tmp_path_factory.mktemp("marked"))) as made:
        yield made  # type: ignore[misc]


def unmarked(text: str) -> list[str]:
    """The pieces of an answer in which something of the exercise stands and EXERCISE does not."""
    if 'class="exercise"' in text:  # The banner of a page that is of an exercise as a whole.
        return []
    pieces = ROWS.split(text) if "<html" in text else [text]
    return [piece[:400] for piece in pieces if MARK in piece and not SAYS.search(piece)]


def body(answer: Any) -> str:
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(data.decode("latin-1"))


def test_the_mark_is_in_the_signed_bytes_of_every_message_of_it(world: Marked) -> None:
    for code in CODES:
        cases, _ = world.named(code)
        with world.at(code):
            rows = list(IncomingCopy.objects.filter(case__in=cases))
        assert rows
        for row in rows:
            message = open_message(bytes(row.plaintext))
            assert message.core.exercise
            assert row.core_hash == message.core_hash  # What is signed is this hash, so it cannot be taken out.
    with world.at("XC"):
        assert not open_message(
            bytes(IncomingCopy.objects.exclude(case__in=cases).latest("pk").plaintext)
        ).core.exercise


@pytest.mark.parametrize("code", ["XC", "XD"])
def test_every_page_and_download_that_tells_of_it_says_so(world: Marked, code: str) -> None:
    node = world.nodes[code]
    visitor = visit(world, code, *Role)
    place = Place(world.register, world.desk(code))
    typed = {"field.title": [f"draft {MARK}"], "exercise": ["on"], "to": ["XE"]}
    number = begin_draft(node, place, officer=visitor.officer, form="incident-notice", typed=typed)
    cases, _ = world.named(code)
    said = world.said(code)
    wrong: dict[str, list[str]] = {}
    seen = set()
    for name, page in PAGES.items():
        if not isinstance(page.who, Action) or name == "file":  # A file is as its sender made it, name and all.
            continue
        named = (
            said if "message" in page.args else [(case, "") for case in cases] if "case" in page.args else [("", "")]
        )
        for case, message in named:
            path = address(name, visitor.base, case=case, message=message, exercise=UUID(world.exercise), number=number)
            answers = [visitor.get(path, ASKED.get(name))]
            answers += [visitor.post(path, POSTED[name])] if name in POSTED else []
            for answer in answers:
                text = body(answer)
                if MARK in text:
                    seen.add(name)
                if "exercise-" not in answer.headers.get("Content-Disposition", "") and (found := unmarked(text)):
                    wrong.setdefault(f"{name} {answer.status_code}", []).extend(found[:2])
                if case and answer.status_code == 200 and "text/html" in answer.headers["Content-Type"]:
                    assert 'class="exercise"' in text, name  # Also where nothing of what was said stands.
    assert wrong == {}
    assert seen >= {"case", "cases", "desk", "transcript", "write-step"}
    assert code != "XC" or seen >= {"exercise-board", "exercise-report", "exercises"}


def test_the_list_of_exercises_says_so(world: Marked) -> None:
    assert "EXERCISE" in visit(world, "XC").see("exercises/")


@pytest.mark.parametrize("code", ["XC", "XD"])
def test_every_answer_of_the_api_and_every_event_that_tells_of_it_says_so(world: Marked, code: str) -> None:
    program = call(world, code)
    cases, messages = world.named(code)
    wrong, seen = {}, set()
    for name, operation in OPERATIONS.items():
        if operation.method != "GET" or name == "stream":
            continue
        for case, message in world.said(code) if operation.of_a_case else [(cases[0], messages[0])]:
            answer = program.ask("GET", operation.path.format(case=case, message=message))
            text = body(answer)
            if answer.status_code == 200 and any(each in text for each in (MARK, *cases, *messages)):
                seen.add(name)
                marked = [
                    item for item in items(answer) if item.get("case") in cases and item.get("exercise") is not True
                ]
                if marked and name != "receipts":
                    wrong[name] = marked[:1]
                if MARK in text and not SAYS.search(text) and name != "download":
                    wrong[name] = [text[:300]]
    assert wrong == {}
    assert seen >= {"cases", "case", "messages", "message", "transcript"}


def items(answer: Any) -> Iterator[Mapping[str, Any]]:
    """Every object of a JSON answer."""
    waiting = [answer.json()] if answer.headers.get("Content-Type", "").startswith("application/json") else []
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield value
            waiting += list(value.values())
        elif isinstance(value, list):
            waiting += value


def test_an_event_for_programs_says_so(world: Marked) -> None:
    program = call(world, "XE")  # From now on somebody listens at XE.
    world.send("XD", "XE", exercise=True)
    world.send("XD", "XE")
    told = program.read("/events")["events"]
    assert [each["exercise"] for each in told if each["kind"] == "message-received"] == [True, False]


@pytest.mark.parametrize("form", list(Format))
def test_every_export_says_so(world: Marked, form: Format) -> None:
    given: dict[str, Any] = {"reader": Reader(contents=True), "mailbox": "desk@xd.example"}
    exported = export_case(world.nodes["XD"], world.desk("XD"), world.told.case, form, **given)
    assert MARK in exported.written.data.decode()
    assert SAYS.search(exported.written.data.decode())


def test_every_notification_says_so_in_its_subject_and_first_line(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC", "XD"), registry=small_register("XC", "XD", rehearsal=False)) as world:
        node = world.nodes["XD"]
        for channel, language in (("sms", "en"), ("email", "ar")):
            officer = add_officer(node, login=language, name="Told", language=language)
            grant(node, officer, world.register, world.desk("XD"), Role.OFFICER)
            with unit_of_work(node):
                now = node.clock.now()
                given = {"channel": channel, "address": language, "made_at": now, "verified_at": now}
                ContactMethod.objects.create(officer=officer, **given)
        rung = []
        for exercise in (True, False):
            world.send("XC", "XD", exercise=exercise, urgency="emergency", fields=FIELDS)
            world.phones["XD"].rung.clear()
            for _ in range(3):
                escalate_due(node)
                send_due(node)
                world.advance(seconds=5)
            rung.append({each.address: each.notice for each in world.phones["XD"].rung})
    marked, real = rung
    assert set(marked) == set(real) == {"en", "ar"}
    for language, notice in marked.items():
        first = notice.text.splitlines()[0]
        assert notice.subject.split()[0].rstrip(":") in first  # The word of its language, in the subject too.
        assert first not in real[language].text and notice.subject != real[language].subject
        assert MARK not in notice.subject + notice.text
    assert marked["en"].subject.startswith("EXERCISE") and marked["en"].text.startswith("EXERCISE")


def test_rows_that_show_a_case_by_its_form_or_number_alone_say_so(world: Marked) -> None:
    node, desk = world.nodes["XD"], world.desk("XD")
    world.network.down = {"XE"}
    cases = {world.send("XD", "XE", exercise=exercise)[0].case: exercise for exercise in (True, False)}
    world.advance(minutes=1)
    world.work("XD")
    world.network.down = set()
    for case in cases:
        set_follow_up(node, desk, case, FollowUpRead(world.clock.now(), "come back"), officer=1)
    rows = re.findall(r"<li\b.*?</li>", visit(world, "XD").see(), re.DOTALL)
    for case, exercise in cases.items():
        found = [row for row in rows if f"cases/{case}" in row]
        assert len(found) >= 3  # Not delivered, to follow up, and recent.
        assert [("EXERCISE" in row) for row in found] == [exercise] * len(found)


def test_no_figure_of_what_was_real_counts_it(world: Marked) -> None:
    node, desk = world.nodes["XC"], world.desk("XC")
    with world.at("XC"):
        message = IncomingCopy.objects.get(message_id=world.told.message_id)
    acknowledge(node, find_original(node, message.message_id))
    world.work()
    figures = read_year(node, desk, world.clock.now().year, ZoneInfo("UTC"))
    assert (len(figures.cases), figures.exercises) == (1, 1)  # An event of an exercise is no incident at all.
    there = Place(world.register, world.desk("XD"))
    assert usual_minutes(world.nodes["XD"], there, {world.desk("XC")}) == {}
    assert MARK not in visit(world, "XD").see("year/")


def test_a_message_of_it_cannot_be_written_or_answered_as_if_it_were_real(world: Marked) -> None:
    with pytest.raises(LiaisonError, match="case-exercise-fixed"):
        world.send("XC", "XD", "XE", case=world.told.case, re=world.told.core_hash, form="reply", stage=None,
                   fields={"answer": "accepted"}, exercise=False)  # fmt: skip
