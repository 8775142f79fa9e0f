"""Is it told right what is wrong with each node, and who is asked, once, for a person?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from liaison.duty.checks import results
from liaison.duty.checks.node_check import ANSWER_SIZE
from liaison.duty.checks.planned_work import make_work
from liaison.duty.checks.results import Audience, Finding, NodeResult, Outcome
from liaison.duty.checks.schedule import Cadence
from liaison.duty.rota import Layer, Spell
from liaison.keys.public import Purpose
from liaison.messages.parties import DeskRef
from liaison.node.models import (
    CheckPlan,
    GivenReceipt,
    HeldKey,
    IncomingCopy,
    NodeCheck,
    OutgoingCopy,
    OutgoingMessage,
)
from liaison.node.reads.checks import results as reads
from liaison.node.reads.checks.planned_work import planned_there, told_there
from liaison.node.reads.desk.year import read_year
from liaison.node.reads.writing.drafts import Place
from liaison.node.services.checks import asking, persons, watching
from liaison.node.services.checks.planned_work import plan_work
from liaison.node.services.duty.rotas import be_away, keep_layer
from liaison.node.services.line.acknowledging import acknowledge, find_original
from liaison.node.services.people.audit import SYSTEM
from liaison.node.services.people.officers import Seat, add_officer, find_officer, grant
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Role
from liaison.peer.door import Door
from liaison.peer.quotas import Quotas
from tests.world import HandClock, World

CODES = ("XC", "XD", "XE", "XF", "XG", "XH")


def place(world: World, code: str) -> Place:
    return Place(world.register, world.desk(code))


def look(world: World, code: str) -> dict[str, NodeResult]:
    """What `code` finds of every other node, by its code."""
    node = world.nodes[code]
    world.advance(seconds=1)
    with unit_of_work(node):
        asking.want_all(node)
    world.advance(seconds=1)
    asking.look_around(node)
    found = reads.node_results(node, world.register)
    return {name: found[world.desk(name)] for name in world.nodes if name != code}


def set_clock(world: World, code: str, **ahead: float) -> None:
    """Let the clock of one node be wrong."""
    node = world.nodes[code]
    world.nodes[code] = replace(node, clock=HandClock(world.clock.at + timedelta(**ahead), world.clock.passed))
    world.network.doors[code] = Door(world.nodes[code], Quotas())


def test_what_is_wrong_with_each_node_is_told_and_what_is_right_too(tmp_path: Path) -> None:
    with World(tmp_path, codes=CODES) as world:
        world.network.down.add("XD")
        set_clock(world, "XE", hours=24)
        set_clock(world, "XF", hours=-24)
        world.network.shows["XG"] = "0" * 64
        watching.note_beat(world.nodes["XH"])
        world.advance(minutes=12)
        found = look(world, "XC")
        assert found["XD"].outcome is Outcome.NOT_REACHED
        assert found["XE"].outcome is found["XF"].outcome is Outcome.ANSWERED
        assert results.findings(found["XE"]) == (Finding.CLOCK_AHEAD,)
        assert results.findings(found["XF"]) == (Finding.CLOCK_BEHIND,)
        assert found["XG"].outcome is Outcome.OTHER_KEY
        assert results.findings(found["XH"]) == (Finding.WORKER_SILENT,)
        assert found["XH"].worker == 12 * 60 + 2
        watching.note_beat(world.nodes["XH"])
        assert look(world, "XC")["XH"].good


def plan(world: World, code: str, *, hours: float, whole_node: bool = False) -> None:
    """Work at a desk, or a whole node, from now on."""
    node, seat = world.nodes[code], Seat(world.register, world.desk(code), frozenset({Role.ADMINISTRATOR}))
    now = node.clock.now()
    plan_work(node, None if whole_node else seat, make_work(now, now + timedelta(hours=hours), now), by=SYSTEM)


def test_who_told_of_planned_work_is_not_taken_for_silent_while_it_lasts_and_is_after(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC", "XD", "XE", "XF")) as world:
        plan(world, "XD", hours=2)
        plan(world, "XE", hours=2, whole_node=True)
        watching.note_beat(world.nodes["XE"])
        assert look(world, "XC")["XD"].good
        assert set(planned_there(world.nodes["XC"], world.register)) == {world.desk("XD"), world.desk("XE")}
        world.network.down |= {"XD", "XF"}
        world.advance(hours=1)
        found = look(world, "XC")
        assert (found["XD"].outcome, found["XD"].excused) == (Outcome.NOT_REACHED, True)
        assert (found["XE"].worker or 0) > 3000
        assert found["XE"].good
        assert not found["XF"].excused
        world.network.shows["XE"] = "0" * 64
        assert not look(world, "XC")["XE"].excused
        world.advance(hours=1)
        assert not look(world, "XC")["XD"].excused
        assert planned_there(world.nodes["XC"], world.register) == {}


def test_a_person_who_is_silent_while_planned_work_goes_on_there_is_marked_on_both_sides(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        node, began = world.nodes["XC"], world.clock.at
        asked = Place(world.register, world.desk("XD"))
        persons.ask_persons(node, place(world, "XC"), [world.desk("XD")])  # Before it was planned.
        world.advance(hours=1)
        plan(world, "XD", hours=4)
        look(world, "XC")
        world.advance(hours=1)
        persons.ask_persons(node, place(world, "XC"), [world.desk("XD"), world.desk("XE")])
        world.work()
        world.advance(hours=4)
        persons.ask_persons(node, place(world, "XC"), [world.desk("XD")])  # It is over.
        world.work()
        found = reads.with_work(node, world.register, reads.persons_asked(node, place(world, "XC"), since=began))
        marks = [
            ((each.asked - began) // timedelta(hours=1), each.excused) for each in found if each.desk == asked.desk
        ]
        assert sorted(marks) == [(0, False), (2, True), (6, False)]
        assert [each.excused for each in found if each.desk == world.desk("XE")] == [False]
        ours = reads.asked_of_us(world.nodes["XD"], asked, since=began)
        assert [each.excused for each in ours].count(True) == 2  # Two reached it while work went on.


def test_work_that_was_planned_after_the_last_check_is_learnt_from_the_next(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        node, began = world.nodes["XC"], world.clock.at
        look(world, "XC")
        plan(world, "XD", hours=4)
        world.advance(hours=1)
        persons.ask_persons(node, place(world, "XC"), [world.desk("XD")])

        def excused() -> bool:
            asked = reads.persons_asked(node, place(world, "XC"), since=began)
            (found,) = reads.with_work(node, world.register, asked)
            return found.excused

        assert not excused()
        world.advance(hours=1)
        look(world, "XC")
        assert excused()


def test_who_answers_in_time_is_counted_as_such_though_work_is_planned(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        node, began = world.nodes["XC"], world.clock.at
        plan(world, "XD", hours=4)
        look(world, "XC")
        persons.ask_persons(node, place(world, "XC"), [world.desk("XD")])
        world.work()
        world.advance(minutes=7)
        answer(world, "XD")
        world.work()
        (found,) = reads.with_work(node, world.register, reads.persons_asked(node, place(world, "XC"), since=began))
        assert found.planned is not None
        assert not found.excused
        (ours,) = reads.asked_of_us(world.nodes["XD"], place(world, "XD"), since=began)
        assert ours.planned is not None
        assert not ours.excused


def keep_rota(world: World, code: str, *logins: str, hours: int = 12) -> None:
    """Turns at a desk that began when the world did."""
    node, seat = world.nodes[code], Seat(world.register, world.desk(code), frozenset({Role.ADMINISTRATOR}))
    members = []
    for login in logins:
        officer = add_officer(node, login=login, name=login.title())
        grant(node, officer, world.register, world.desk(code), Role.OFFICER)
        members.append(str(officer.pk))
    first = world.clock.at.replace(second=0, microsecond=0, tzinfo=None)
    keep_layer(node, seat, Layer("First", "UTC", first, hours, tuple(members)), by=SYSTEM)


def test_a_peer_learns_since_when_somebody_is_on_duty_and_neither_who_nor_until_when(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        keep_rota(world, "XD", "ada", "bo")
        began = world.clock.at.replace(second=0, microsecond=0)
        world.advance(hours=14)
        found = look(world, "XC")
        assert found["XD"].duty_since == began + timedelta(hours=12)
        assert found["XE"].duty_since is None
        told = told_there(world.nodes["XC"], world.register, {world.desk("XD").participant})
        assert [each.duty_since for each in told.values()] == [began + timedelta(hours=12)]
        with world.at("XC"):
            kept = [str(row) for row in NodeCheck.objects.filter(peer_desk="duty").values_list()]
        assert not [
            name for name in ("ada", "'bo'", str(began + timedelta(hours=24))) if name in " ".join(kept).lower()
        ]


def test_what_a_node_said_of_duty_is_forgotten_when_it_was_not_asked_for_a_day_or_did_not_answer(
    tmp_path: Path,
) -> None:
    with World(tmp_path) as world:
        keep_rota(world, "XD", "ada", "bo")
        world.advance(hours=1)
        look(world, "XC")

        def told() -> int:
            return len(told_there(world.nodes["XC"], world.register, {world.desk("XD").participant}))

        world.advance(hours=24)
        assert told() == 1
        world.advance(hours=1)
        assert told() == 0
        look(world, "XC")
        assert told() == 1
        world.network.down.add("XD")
        look(world, "XC")
        assert told() == 0


def test_nothing_is_said_of_duty_where_the_rota_has_a_gap_or_nobody_to_hand_over_to(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        keep_rota(world, "XD", "ada")
        world.advance(days=40)
        assert look(world, "XC")["XD"].duty_since is None
        keep_rota(world, "XE", "cy", "di")
        seat = Seat(world.register, world.desk("XE"), frozenset({Role.ADMINISTRATOR}))
        now = world.clock.at
        for login in ("cy", "di"):
            officer = find_officer(world.nodes["XE"], login)
            be_away(world.nodes["XE"], seat, Spell(now, now + timedelta(days=2), str(officer.pk)), by=SYSTEM)
        world.advance(hours=1)
        assert look(world, "XC")["XE"].duty_since is None


def test_a_desk_whose_key_is_gone_is_told_so_and_an_old_key_too(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        node = world.nodes["XD"]
        with unit_of_work(node):
            HeldKey.objects.filter(purpose=Purpose.SEALING.value).update(destroyed_at=world.clock.at)
        with unit_of_work(world.nodes["XE"]):
            HeldKey.objects.filter(purpose=Purpose.SEALING.value).update(created_at=world.clock.at - timedelta(days=46))
        found = look(world, "XC")
        assert found["XD"].outcome is Outcome.NOT_OPENED
        assert results.findings(found["XE"]) == (Finding.KEY_OLD,)


def test_a_check_looks_like_a_short_message_and_leaves_nothing_at_the_other_side(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        look(world, "XC")
        (check,) = [request for code, request in world.network.requests if code == "XD"]
        world.send("XC", "XD")
        message = world.network.requests[-1][1]
        assert len(check.path) == len(message.path)
        assert len(check.body) == len(message.body)
        assert sorted(check.headers) == sorted(message.headers)
        assert {len(value) for value in check.headers.values()} == {len(value) for value in message.headers.values()}
        with world.at("XD"):
            receipt = len(GivenReceipt.objects.get().receipt)
            assert IncomingCopy.objects.count() == 1
            assert not NodeCheck.objects.exists()
        assert abs(receipt - ANSWER_SIZE) < 64


def test_a_node_that_was_restored_asks_nobody(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        node = world.nodes["XC"]
        with unit_of_work(node):
            asking.want_all(node)
            asking.set_setting("read-only", "2026-11-22T03:02:00Z")
        world.advance(days=2)
        assert asking.look_around(node) == 0
        assert not world.network.requests


def test_every_node_is_looked_at_once_a_day(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        for _ in range(3 * 24 * 2):
            asking.look_around(world.nodes["XC"])
            world.advance(minutes=30)
        asked = [code for code, _ in world.network.requests]
        assert {code: asked.count(code) for code in asked} == {"XD": 3, "XE": 3}


def test_a_round_asks_everybody_once_whatever_stops_in_between(tmp_path: Path) -> None:
    with World(tmp_path, codes=CODES) as world:
        node = world.nodes["XC"]
        persons.plan_checks(node, place(world, "XC"), Cadence.MONTHLY, officer=0)
        assert persons.ask_due(node) == 0
        world.advance(days=30)
        assert [persons.ask_due(node, at_once=2) for _ in range(5)] == [2, 2, 1, 0, 0]
        world.work()
        for code in CODES[1:]:
            with world.at(code):
                assert IncomingCopy.objects.filter(owed=True, form="line-test").count() == 1
        with world.at("XC"):
            assert CheckPlan.objects.get().due == world.clock.at + timedelta(days=30)
            assert OutgoingMessage.objects.values("batch").distinct().count() == 1


def test_one_desk_that_cannot_be_asked_keeps_none_of_the_others_from_it(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        stranger = DeskRef("f" * 64, "main", "duty")
        asked = persons.ask_persons(
            world.nodes["XC"], place(world, "XC"), [stranger, world.desk("XD"), world.desk("XE")]
        )
        assert asked.sent == 2
        assert asked.failed == ((stranger, "desk-not-found"),)


def answer(world: World, code: str) -> None:
    """A person at `code` acknowledges the check that came last."""
    node = world.nodes[code]
    with world.at(code):
        message = IncomingCopy.objects.latest("pk").message_id
    acknowledge(node, find_original(node, message))


def test_both_sides_see_their_own_results_in_full_and_the_figures_of_the_year_do_not(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        began = world.clock.at
        persons.ask_persons(world.nodes["XC"], place(world, "XC"), [world.desk("XD"), world.desk("XE")])
        world.work()
        world.advance(minutes=7)
        answer(world, "XD")
        world.work()
        found = {each.desk: each for each in reads.persons_asked(world.nodes["XC"], place(world, "XC"), since=began)}
        assert found[world.desk("XD")].took == timedelta(minutes=7)
        assert found[world.desk("XE")].answered is None
        assert found[world.desk("XE")].received
        (ours,) = reads.asked_of_us(world.nodes["XD"], place(world, "XD"), since=began)
        assert ours.took == timedelta(minutes=7)
        assert reads.sums(world.nodes["XC"], place(world, "XC"), now=world.clock.at).asked is None
        for code in ("XC", "XD"):
            assert read_year(world.nodes[code], world.desk(code), 2026, ZoneInfo("UTC")).cases == ()


def test_the_secretariat_reads_whether_and_others_read_sums_alone(tmp_path: Path) -> None:
    office = Place("0" * 64, DeskRef("register", "office", "desk"))
    assert reads.audience_of(office) is Audience.SECRETARIAT
    with World(tmp_path) as world:
        assert reads.audience_of(place(world, "XC")) is Audience.OWN
        persons.ask_persons(world.nodes["XC"], place(world, "XC"), [world.desk("XD")])
        assert reads.persons_asked(world.nodes["XC"], office, since=world.clock.at - timedelta(days=1)) == []
        with world.at("XC"):
            assert OutgoingCopy.objects.count() == 1
