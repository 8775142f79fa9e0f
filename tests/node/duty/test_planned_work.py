"""What waits while work is planned at a desk, and what never does?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from liaison.duty.checks.planned_work import AHEAD, LONGEST, MOST, Work, make_work, waits_until
from liaison.errors import UsageError
from liaison.messages.message import Urgency
from liaison.node.models import AuditRow, EscalationEvent
from liaison.node.reads.checks.planned_work import planned_at
from liaison.node.reads.duty.ways import ways_then
from liaison.node.services.checks.planned_work import end_work, plan_work
from liaison.node.services.escalation.handing import call_in
from liaison.node.services.escalation.planning import works_waited_for
from liaison.node.unit_of_work import reading
from liaison.officers.permissions import Role
from tests.mirrored import START
from tests.node.duty.desk import Stage, staffed
from tests.node.duty.test_escalation import two_people


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staffed(tmp_path, "ada", "bo") as stage:
        yield stage


def plan(stage: Stage, *, hours: float, whole_node: bool = False) -> int:
    """Work from now on; its number."""
    now = stage.node.clock.now()
    work = make_work(now, now + timedelta(hours=hours), now)
    return plan_work(stage.node, None if whole_node else stage.seat, work, by=stage.officers["ada"])


@pytest.mark.parametrize("whole_node", [False, True])
def test_what_is_routine_waits_for_the_end_and_is_one_notification_then(stage: Stage, whole_node: bool) -> None:
    plan(stage, hours=1, whole_node=whole_node)
    for _ in range(3):
        stage.receive("routine")
    stage.run(minutes=59)
    assert stage.told() == []
    with reading(stage.node):
        assert EscalationEvent.objects.filter(kind="told").count() == 3
    stage.run(minutes=2)
    assert stage.told() == ["ada", "bo"]
    assert "Messages that wait for you: 3." in stage.phones.heard("ada")[0]


@pytest.mark.parametrize("urgency", ["urgent", "emergency"])
def test_what_is_urgent_never_waits_and_takes_along_what_does(stage: Stage, urgency: Urgency) -> None:
    two_people(stage)
    plan(stage, hours=5)
    stage.receive("routine")
    stage.run(minutes=5)
    assert stage.told() == []
    stage.receive(urgency)
    stage.run()
    assert "ada" in stage.told()
    assert ": 2. The list" in stage.phones.heard("ada")[0]


def test_who_is_called_in_on_a_routine_message_does_not_wait(stage: Stage) -> None:
    plan(stage, hours=5)
    message = stage.receive("routine")
    stage.run(minutes=1)
    call_in(stage.node, stage.seat, message, whom=stage.officers["bo"], by=stage.officers["ada"])
    stage.run()
    assert stage.told() == ["bo"]


def test_work_of_another_desk_or_of_another_time_holds_up_nothing(stage: Stage) -> None:
    now = stage.node.clock.now()
    later = make_work(now + timedelta(hours=2), now + timedelta(hours=3), now)
    plan_work(stage.node, stage.seat, later, by=stage.officers["ada"])
    stage.receive("routine")
    stage.run()
    assert stage.told() == ["ada", "bo"]
    assert [each.work for each in planned_at(stage.node, stage.world.register, stage.world.desk("XD"))] == [later]
    assert planned_at(stage.node, stage.world.register, stage.world.desk("XC")) == ()


def test_work_that_is_ended_lets_go_at_once_of_what_waited_for_it_and_the_trail_has_both(stage: Stage) -> None:
    number = plan(stage, hours=72)
    stage.receive("routine")
    stage.run(minutes=30)
    assert stage.told() == []
    end_work(stage.node, stage.seat, number, by=stage.officers["bo"])
    stage.run(minutes=10)
    assert stage.told() == ["ada", "bo"]
    with stage.world.at("XD"):
        actions = list(AuditRow.objects.order_by("pk").values_list("action", flat=True))
    assert actions[-2:] == ["work-planned", "planned-work-ended"]


def test_only_who_sets_the_rules_of_a_desk_plans_work_there_and_nobody_there_ends_that_of_the_node(
    stage: Stage,
) -> None:
    number = plan(stage, hours=1, whole_node=True)
    end_work(stage.node, stage.seat, number, by=stage.officers["ada"])
    (found,) = planned_at(stage.node, stage.world.register, stage.world.desk("XD"))
    assert (found.number, found.whole_node) == (number, True)
    officer = type(stage.seat)(stage.seat.register, stage.seat.desk, frozenset({Role.OFFICER}))
    with pytest.raises(UsageError, match="not-permitted"):
        plan_work(stage.node, officer, found.work, by=stage.officers["ada"])


def test_no_more_than_so_much_stands_at_once(stage: Stage) -> None:
    for _ in range(MOST):
        plan(stage, hours=1)
    with pytest.raises(UsageError, match="planned-work-too-many"):
        plan(stage, hours=1)


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        (timedelta(0), timedelta(0)),
        (timedelta(hours=2), timedelta(hours=1)),
        (-LONGEST, timedelta(0)),
        (timedelta(0), LONGEST + timedelta(minutes=1)),
        (AHEAD + timedelta(minutes=1), AHEAD + timedelta(hours=1)),
    ],
)
def test_work_of_impossible_times_is_refused(begins: timedelta, ends: timedelta) -> None:
    with pytest.raises(UsageError, match="planned-work-times"):
        make_work(START + begins, START + ends, START)


def test_work_covers_its_first_moment_and_not_its_last() -> None:
    work = Work(START, START + timedelta(hours=1))
    assert [work.covers(START), work.covers(work.ends)] == [True, False]


def test_what_is_routine_waits_until_the_last_work_that_follows_on_without_a_break() -> None:
    at = [START + timedelta(hours=hours) for hours in range(7)]
    works = [Work(at[2], at[4]), Work(at[0], at[1]), Work(at[1], at[3]), Work(at[5], at[6])]
    found = [waits_until(works, each) for each in at]
    assert found == [at[4], at[4], at[4], at[4], None, at[6], None]
    assert waits_until((), START) is None


def test_the_simulation_says_of_each_way_what_the_worker_then_does(stage: Stage) -> None:
    stage.reach("ada", "email", "ada@xd.example", after_minutes=90)
    plan(stage, hours=1)
    now, place = stage.node.clock.now(), (stage.world.register, stage.world.desk("XD"))

    def waits(urgency: str) -> list[tuple[str, object]]:
        works = works_waited_for(stage.node, stage.seat, urgency, now)
        officers = [stage.officers["ada"]]
        found = ways_then(stage.node, *place, officers, urgency=urgency, at=now, works=works)
        return [(each.channel, each.waits_until) for each in found]

    assert waits("routine") == [("sms", now + timedelta(hours=1)), ("email", None)]
    assert waits("urgent") == [("sms", None), ("email", None)]
    stage.receive("routine")
    stage.run(minutes=59)
    assert stage.told() == []
    stage.run(minutes=2)
    assert "ada" in stage.told()


def test_the_simulation_of_what_was_looks_at_the_work_of_that_time(stage: Stage) -> None:
    plan(stage, hours=1)
    before = stage.node.clock.now()
    stage.world.advance(hours=5)
    assert len(works_waited_for(stage.node, stage.seat, "routine", before)) == 1
    assert works_waited_for(stage.node, stage.seat, "routine", stage.node.clock.now()) == ()
