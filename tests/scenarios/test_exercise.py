"""Does an exercise go as its scenario says: events once, acts seen, pauses kept, real messages first?"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from liaison.duty.exercises.course import Outcome
from liaison.duty.exercises.scenario import decode_scenario, shipped_scenarios
from liaison.errors import MalformedError, UsageError
from liaison.messages.message import open_message
from liaison.node.models import EscalationEvent, ExerciseInject, IncomingCopy, OutgoingMessage
from liaison.node.reads.duty.exercises import list_exercises, read_control, taking_part
from liaison.node.services.escalation.telling import escalate_due
from liaison.node.services.exercises.planning import Plan, end, pause, plan_exercise, resume
from liaison.node.services.exercises.running import run_exercises
from liaison.node.services.exercises.taking_part import call_away, come_back
from tests.rehearsing import Rehearsal


@pytest.fixture
def rehearsal(tmp_path: Path) -> Rehearsal:
    return Rehearsal(tmp_path)


def test_everybody_who_plays_is_told_of_the_plan_and_nothing_of_it_is_in_earnest(rehearsal: Rehearsal) -> None:
    for code in ("XD", "XE", "XF"):
        with rehearsal.world.at(code):
            message = open_message(bytes(IncomingCopy.objects.get().plaintext))
        assert (message.core.form, message.fields["event"]) == ("exercise-control", "planned")
        assert message.core.exercise
    (listed,) = list_exercises(rehearsal.node, rehearsal.world.register, rehearsal.world.desk("XC"))
    assert (listed.state, listed.desks) == ("planned", 3)


def test_events_go_out_when_they_are_due_and_once_also_when_the_job_is_run_again(rehearsal: Rehearsal) -> None:
    rehearsal.go_on(59)
    assert rehearsal.injects("XD") == []
    rehearsal.go_on(1)
    run_exercises(rehearsal.node)
    rehearsal.world.work()
    assert [rehearsal.injects(code) for code in ("XD", "XE", "XF")] == [["logins"], [], []]
    rehearsal.go_on(40)
    assert rehearsal.injects("XF") == ["seen-elsewhere"]
    with rehearsal.world.at("XC"):
        assert ExerciseInject.objects.count() == OutgoingMessage.objects.filter(form="exercise-inject").count() == 2
        assert all(
            open_message(bytes(row.copies.get().plaintext)).core.exercise for row in OutgoingMessage.objects.all()
        )


def test_an_event_that_waits_for_an_act_comes_after_it_and_without_it_at_the_latest(rehearsal: Rehearsal) -> None:
    rehearsal.go_on(60)
    rehearsal.tell("XD", "XE")
    rehearsal.go_on(9)
    assert rehearsal.injects("XE") == []
    rehearsal.go_on(1)
    assert rehearsal.injects("XE") == ["provider-silent"]


def test_an_event_that_waits_for_what_nobody_does_comes_at_the_latest(rehearsal: Rehearsal) -> None:
    rehearsal.go_on(60)
    rehearsal.go_on(59)
    assert "provider-silent" not in rehearsal.injects("XE")
    rehearsal.go_on(1)
    assert "provider-silent" in rehearsal.injects("XE")


def test_what_is_done_in_time_late_or_never_is_judged_from_what_control_received(rehearsal: Rehearsal) -> None:
    rehearsal.go_on(60)
    rehearsal.world.advance(minutes=5)
    rehearsal.acknowledge("XD", "logins")
    rehearsal.go_on(60)
    rehearsal.tell("XD", "XE")
    rehearsal.go_on(60)
    found = rehearsal.outcomes()
    assert found["logins", "XD", "acknowledged"] is Outcome.IN_TIME
    assert found["logins", "XD", "told"] is Outcome.LATE
    assert found["seen-elsewhere", "XF", "acknowledged"] is Outcome.MISSED


def test_while_it_stands_still_nothing_is_sent_and_no_minute_counts(rehearsal: Rehearsal) -> None:
    rehearsal.go_on(60)
    pause(rehearsal.node, rehearsal.seat("XC"), rehearsal.exercise, by=1)
    rehearsal.go_on(600)
    assert rehearsal.injects("XF") == []
    resume(rehearsal.node, rehearsal.seat("XC"), rehearsal.exercise, by=1)
    rehearsal.go_on(14)
    rehearsal.acknowledge("XD", "logins")
    assert rehearsal.outcomes()["logins", "XD", "acknowledged"] is Outcome.IN_TIME
    rehearsal.go_on(26)
    assert rehearsal.injects("XF") == ["seen-elsewhere"]


def test_a_real_urgent_message_breaks_through_and_the_desk_is_excused_once_it_says_so(rehearsal: Rehearsal) -> None:
    world = rehearsal.world
    rehearsal.go_on(60)
    place = (world.nodes["XD"], world.register, world.desk("XD"))
    part = taking_part(*place)
    assert part is not None and part.away_since is None
    world.advance(minutes=1)
    world.send("XE", "XD", urgency="urgent")
    part = taking_part(*place)
    assert part is not None and part.away_since == world.clock.now()
    call_away(world.nodes["XD"], rehearsal.seat("XD"), by=5)
    world.work()
    assert rehearsal.control().course.paused(rehearsal.key("XD"), world.clock.now())
    rehearsal.go_on(120)
    assert "records" not in rehearsal.injects("XD")
    come_back(world.nodes["XD"], rehearsal.seat("XD"), by=5)
    world.work()
    part = taking_part(*place)
    assert part is not None and part.away_since is None
    rehearsal.go_on(100)
    assert "records" not in rehearsal.injects("XD")
    rehearsal.go_on(10)
    assert "records" in rehearsal.injects("XD")
    assert rehearsal.outcomes()["logins", "XD", "told"] is Outcome.EXCUSED


def test_nobody_is_told_of_an_exercise_while_something_real_goes_first(rehearsal: Rehearsal) -> None:
    world, node = rehearsal.world, rehearsal.world.nodes["XD"]
    rehearsal.go_on(60)

    def told(*, exercise: bool) -> int:
        escalate_due(node)
        with world.at("XD"):
            return EscalationEvent.objects.filter(escalation__exercise=exercise, kind="told").count()

    before = told(exercise=True)
    assert before > 0
    world.advance(minutes=1)
    world.send("XE", "XD", urgency="urgent")
    world.send("XE", "XD", urgency="urgent", exercise=True)
    assert told(exercise=True) == before
    assert told(exercise=False) > 0
    come_back(node, rehearsal.seat("XD"), by=5)
    world.advance(minutes=1)
    assert told(exercise=True) > before


def test_a_routine_message_and_one_of_the_exercise_call_nobody_away(rehearsal: Rehearsal) -> None:
    rehearsal.go_on(60)
    rehearsal.world.advance(minutes=1)
    rehearsal.world.send("XE", "XD", urgency="routine")
    rehearsal.world.send("XE", "XD", urgency="emergency", exercise=True)
    part = taking_part(rehearsal.world.nodes["XD"], rehearsal.world.register, rehearsal.world.desk("XD"))
    assert part is not None and part.away_since is None


def test_after_its_end_nothing_is_sent_and_nobody_plays(rehearsal: Rehearsal) -> None:
    rehearsal.go_on(60)
    end(rehearsal.node, rehearsal.seat("XC"), rehearsal.exercise, by=1)
    rehearsal.go_on(300)
    assert rehearsal.injects("XF") == []
    assert taking_part(rehearsal.world.nodes["XD"], rehearsal.world.register, rehearsal.world.desk("XD")) is None
    with pytest.raises(UsageError, match="exercise-state"):
        resume(rehearsal.node, rehearsal.seat("XC"), rehearsal.exercise, by=1)


def test_an_exercise_that_is_called_off_before_it_begins_sends_no_event(rehearsal: Rehearsal) -> None:
    end(rehearsal.node, rehearsal.seat("XC"), rehearsal.exercise, by=1)
    rehearsal.go_on(300)
    assert rehearsal.injects("XD") == []
    assert rehearsal.control().state == "cancelled"


def test_a_desk_that_cannot_be_reached_holds_nobody_up(rehearsal: Rehearsal) -> None:
    rehearsal.world.network.down = {"XF"}
    rehearsal.go_on(101)
    assert rehearsal.injects("XD") == ["logins"]
    assert {each.inject for each in rehearsal.control().sent} == {"logins", "seen-elsewhere"}


def test_planning_the_next_one_or_ending_another_takes_nobody_out_of_the_one_that_goes_on(
    rehearsal: Rehearsal,
) -> None:
    rehearsal.go_on(60)
    world = rehearsal.world
    place = (world.nodes["XD"], world.register, world.desk("XD"))
    next_one = plan_of(rehearsal, starts_at=world.clock.now() + timedelta(days=3))
    other = plan_exercise(rehearsal.node, rehearsal.seat("XC"), next_one, by=1)
    world.work()
    part = taking_part(*place)
    assert part is not None and part.exercise == rehearsal.exercise
    end(rehearsal.node, rehearsal.seat("XC"), other, by=1)
    world.work()
    part = taking_part(*place)
    assert part is not None and part.exercise == rehearsal.exercise
    world.advance(minutes=1)
    world.send("XE", "XD", urgency="emergency")
    part = taking_part(*place)
    assert part is not None and part.away_since is not None


def test_an_event_that_arrives_after_the_end_begins_nothing_again(rehearsal: Rehearsal) -> None:
    rehearsal.go_on(60)
    world = rehearsal.world
    world.network.down = {"XF"}
    rehearsal.go_on(40)
    end(rehearsal.node, rehearsal.seat("XC"), rehearsal.exercise, by=1)
    world.network.down.clear()
    for _ in range(20):
        rehearsal.go_on(30)
    assert "seen-elsewhere" in rehearsal.injects("XF")
    assert taking_part(world.nodes["XF"], world.register, world.desk("XF")) is None


def test_exercise_control_plays_in_nothing_when_those_who_play_write_to_it(rehearsal: Rehearsal) -> None:
    rehearsal.go_on(60)
    world = rehearsal.world
    call_away(world.nodes["XD"], rehearsal.seat("XD"), by=5)
    world.work()
    assert taking_part(rehearsal.node, world.register, world.desk("XC")) is None


def test_an_exercise_over_which_a_day_has_passed_ends_by_itself_although_nobody_did_what_an_event_waits_for(
    tmp_path: Path,
) -> None:
    scenario = shipped_scenarios()["provider"].replace(b"at_latest = 60\n", b"")
    assert scenario != shipped_scenarios()["provider"]
    rehearsal = Rehearsal(tmp_path, scenario=scenario)
    for _ in range(23):
        rehearsal.go_on(60)
    assert rehearsal.control().state == "running"
    for _ in range(24):
        rehearsal.go_on(60)
    assert rehearsal.control().state == "ended"
    assert "provider-silent" not in rehearsal.injects("XE")


@pytest.mark.parametrize("guidance", ["two\x07bells", "\r\n"])
def test_advice_that_no_message_can_carry_is_refused_before_anybody_is_told(
    rehearsal: Rehearsal, guidance: str
) -> None:
    with pytest.raises(MalformedError, match="field-unfit"):
        plan_exercise(rehearsal.node, rehearsal.seat("XC"), plan_of(rehearsal, guidance=guidance), by=1)
    assert len(list_exercises(rehearsal.node, rehearsal.world.register, rehearsal.world.desk("XC"))) == 1


def plan_of(rehearsal: Rehearsal, **changes: Any) -> Plan:
    """Another exercise with the same desks."""
    world = rehearsal.world
    cast = {"reporter": [world.desk("XD")], "home": [world.desk("XE")], "affected": [world.desk("XF")]}
    given: dict[str, Any] = {"scenario": decode_scenario(shipped_scenarios()["provider"]), "cast": cast}
    return Plan(**(given | {"starts_at": world.clock.now()} | changes))


def test_another_desk_sees_and_changes_nothing_of_it(rehearsal: Rehearsal) -> None:
    world = rehearsal.world
    assert list_exercises(world.nodes["XC"], world.register, world.desk("XD")) == []
    with pytest.raises(UsageError, match="exercise-not-found"):
        read_control(world.nodes["XC"], world.register, world.desk("XD"), rehearsal.exercise)
    with pytest.raises(UsageError, match="exercise-not-found"):
        end(world.nodes["XC"], rehearsal.seat("XD"), rehearsal.exercise, by=1)


@pytest.mark.parametrize(
    ("cast", "code"),
    [
        ({"reporter": ["XD"], "home": ["XE"]}, "exercise-role-empty"),
        ({"reporter": ["XD"], "home": ["XE"], "affected": ["XC"]}, "exercise-role-own"),
        ({"reporter": ["XD"], "home": ["XE"], "affected": ["XF"], "press": ["XF"]}, "exercise-role-unknown"),
    ],
)
def test_a_plan_whose_roles_are_not_played_is_refused(
    rehearsal: Rehearsal, cast: dict[str, list[str]], code: str
) -> None:
    world = rehearsal.world
    played = {role: [world.desk(each) for each in codes] for role, codes in cast.items()}
    scenario = decode_scenario(shipped_scenarios()["provider"])
    plan = Plan(scenario=scenario, cast=played, starts_at=world.clock.now())
    with pytest.raises(UsageError, match=code):
        plan_exercise(rehearsal.node, rehearsal.seat("XC"), plan, by=1)
