"""Is somebody told, in the order of the plan, once a step, until enough people have it? Over the tables of a node."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from liaison.duty.plans import Plan, Step, print_plan
from liaison.errors import UnreachableError
from liaison.node.models import EscalationEvent, EscalationPlan, Membership, Notification, NotificationAttempt
from liaison.node.reads.duty.escalations import escalations
from liaison.node.services.escalation.sending import free_tries, make_try, send_due, take_due
from liaison.node.services.escalation.telling import Looking, escalate_due
from liaison.node.services.people.officers import desk_filter
from liaison.node.unit_of_work import reading, unit_of_work
from tests.node.duty.desk import Stage, staffed

DOWN = UnreachableError("notice-not-taken")
REFUSED = UnreachableError("notice-refused", permanent=True)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staffed(tmp_path, "ada", "bo") as stage:
        yield stage


def plan(stage: Stage, *steps: Step, urgency: str = "urgent", **given: object) -> None:
    """A plan of the desk; `officer:ada` stands for Ada's number."""
    text = print_plan(Plan(steps, **({"last": ("desk",)} | given))).decode()  # type: ignore[arg-type]
    for login, key in stage.officers.items():
        text = text.replace(f"officer:{login}", f"officer:{key}")
    with unit_of_work(stage.node):
        EscalationPlan.objects.create(
            register=stage.world.register,
            **desk_filter(stage.world.desk("XD")),
            urgency=urgency,
            plan=text,
            changed_by=0,
            changed_at=stage.node.clock.now(),
        )


def two_people(stage: Stage, **given: object) -> None:
    plan(stage, Step(("officer:ada",), 5), Step(("officer:bo",), 5), **given)


def test_the_second_officer_is_told_when_the_first_is_silent(stage: Stage) -> None:
    two_people(stage)
    stage.receive()
    stage.run(minutes=4)
    assert stage.told() == ["ada"]
    stage.run(minutes=2)
    assert stage.told() == ["ada", "bo"]


def test_an_acknowledgement_ends_it_and_nobody_else_is_told(stage: Stage) -> None:
    two_people(stage)
    message = stage.receive()
    stage.run(minutes=1)
    assert stage.acknowledge("ada", message)
    stage.run(minutes=30)
    assert stage.told() == ["ada"]
    assert stage.escalation().state == "over"


def test_what_is_told_names_nothing_of_the_message(stage: Stage) -> None:
    message = stage.receive("emergency")
    stage.run()
    (text, *_), (words, *_) = stage.phones.heard("ada"), stage.phones.words("ada")
    code = stage.escalation().code
    assert "One emergency message waits for your desk. Sign in at https://xd.example:9443, code " in text
    assert f"code {code}." in text
    for told in ("Scanning", "port", "XC", "XD", "notice", message, stage.escalation().case):
        assert told not in words


def test_an_exercise_says_so_first(stage: Stage) -> None:
    stage.receive(exercise=True)
    stage.run()
    rung = stage.phones.rung[0]
    assert rung.notice.subject.startswith("EXERCISE")
    assert rung.notice.text.startswith("EXERCISE EXERCISE EXERCISE")


@pytest.mark.parametrize(("ended", "told"), [("night-1", 1), ("night-2", 2)])
def test_nobody_is_told_further_of_the_events_of_an_exercise_that_ended(stage: Stage, ended: str, told: int) -> None:
    two_people(stage)
    words = {"lang": "en", "text": "A hospital reports."}
    event = {"exercise": "night-1", "inject": "first", "title": words, "situation": words}
    given = {"form": "exercise-inject", "stage": None, "exercise": True, "urgency": "urgent"}
    stage.world.send("XC", "XD", fields=event, **given)
    stage.run(minutes=1)
    over = {"exercise": ended, "event": "ends"}
    stage.world.send("XC", "XD", **{**given, "form": "exercise-control", "fields": over})
    stage.run(minutes=6)
    assert len(stage.told()) == told
    assert stage.escalation().state == ("over" if ended == "night-1" else "waiting")


def test_nobody_is_told_of_what_owes_no_acknowledgement(stage: Stage) -> None:
    (sent,) = stage.world.send("XD", "XC")
    stage.run()
    assert sent
    assert stage.told() == []


def test_the_plan_of_a_message_is_that_of_its_arrival(stage: Stage) -> None:
    two_people(stage)
    stage.receive()
    with unit_of_work(stage.node):
        EscalationPlan.objects.all().delete()
    stage.run(minutes=6)
    assert stage.told() == ["ada", "bo"]


def test_one_person_does_not_stop_a_step_that_wants_two(stage: Stage) -> None:
    plan(stage, Step(("desk",), 5, wants=2), Step(("officer:bo",), 5))
    message = stage.receive()
    stage.run(minutes=1)
    assert stage.acknowledge("ada", message)
    stage.run(minutes=5)
    assert stage.told() == ["ada", "bo", "bo"]
    assert not stage.acknowledge("bo", message)
    stage.run(minutes=30)
    assert len(stage.told()) == 3


def test_after_a_standstill_what_is_late_comes_in_order_with_the_first_look(stage: Stage) -> None:
    two_people(stage)
    stage.receive()
    stage.run()
    stage.world.advance(minutes=20)
    stage.tick()
    assert stage.told() == ["ada", "ada", "bo"]  # What the first step had still to say to Bo, the last resort says.
    with reading(stage.node):
        places = list(EscalationEvent.objects.order_by("pk").values_list("place", flat=True))
    assert places == [0, 1, 2]


def test_two_workers_that_look_at_once_tell_each_step_once(stage: Stage) -> None:
    two_people(stage)
    stage.receive()
    assert [escalate_due(stage.node), escalate_due(stage.node)] == [1, 0]
    first, second = take_due(stage.node, most=9), take_due(stage.node, most=9)
    assert (len(first), len(second)) == (1, 0)


def test_a_gateway_that_is_down_costs_a_provider_and_not_the_notification(stage: Stage) -> None:
    two_people(stage)
    stage.phones.down["sms-one"] = DOWN
    stage.receive()
    stage.run()
    assert [(each.provider, each.address) for each in stage.phones.rung] == [("sms-two", "ada")]


def test_when_a_channel_is_down_the_next_method_is_used_at_once_and_the_first_is_tried_again(stage: Stage) -> None:
    stage.reach("ada", "email", "ada@xd.example", position=1, after_minutes=30)
    two_people(stage)
    stage.phones.down |= {"sms-one": DOWN, "sms-two": DOWN}
    stage.receive()
    stage.run()
    assert stage.told() == ["ada@xd.example"]
    stage.phones.down.clear()
    stage.run(minutes=1)
    assert stage.told() == ["ada@xd.example", "ada"]


def test_what_a_provider_refuses_for_good_is_not_tried_again_and_the_method_is_said_to_fail(stage: Stage) -> None:
    two_people(stage)
    stage.phones.down |= {"sms-one": REFUSED, "sms-two": REFUSED}
    stage.receive()
    stage.run(minutes=4)
    assert len(stage.phones.tried) == 2
    with reading(stage.node):
        row = Notification.objects.select_related("method").get()
        assert (row.state, row.method.last_error) == ("failed", "notice-refused")
        assert row.method.failing_since is not None


def test_a_worker_killed_between_call_and_commit_repeats_it_once_and_says_so(stage: Stage) -> None:
    two_people(stage)
    stage.receive()
    escalate_due(stage.node)
    for expected in ("sending", "sending", "unknown"):
        take_due(stage.node, most=9)  # It leaves, and the worker dies before it writes down what came of it.
        free_tries(stage.node, [])
        if expected == "unknown":
            send_due(stage.node)
    with reading(stage.node):
        assert Notification.objects.get().state == "unknown"
        states = list(NotificationAttempt.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["unknown", "unknown"]


def test_the_tries_of_a_living_worker_are_left_to_it(stage: Stage) -> None:
    two_people(stage)
    stage.receive()
    escalate_due(stage.node)
    assert len(take_due(stage.node, most=9, worker="one")) == 1
    free_tries(stage.node, ["one"])
    assert take_due(stage.node, most=9, worker="two") == []


def test_who_has_it_before_the_notification_left_is_not_told(stage: Stage) -> None:
    stage.reach("ada", "email", "ada@xd.example", position=1, after_minutes=2)
    two_people(stage)
    message = stage.receive()
    stage.run(minutes=1)
    stage.acknowledge("ada", message)
    stage.run(minutes=5)
    assert stage.told() == ["ada"]
    with reading(stage.node):
        assert Notification.objects.filter(state="dropped").count() == 1


def test_a_way_for_emergencies_is_silent_for_what_is_urgent(stage: Stage) -> None:
    stage.reach("ada", "email", "ada@xd.example", urgency="emergency")
    two_people(stage)
    two_people(stage, urgency="emergency")
    stage.receive("urgent")
    stage.run()
    assert stage.told() == ["ada"]
    stage.receive("emergency")
    stage.run()
    assert stage.told() == ["ada", "ada", "ada@xd.example"]


def test_a_way_that_was_not_confirmed_is_never_used_and_a_step_without_any_waits_for_nobody(tmp_path: Path) -> None:
    with staffed(tmp_path) as stage:
        stage.hire("ada", verified_at=None)
        stage.hire("bo")
        two_people(stage)
        stage.receive()
        stage.run()
        assert stage.told() == ["bo"]


def test_what_was_on_its_way_when_somebody_took_it_is_not_repeated_after_a_kill(stage: Stage) -> None:
    two_people(stage)
    message = stage.receive()
    escalate_due(stage.node)
    take_due(stage.node, most=9)  # It leaves, and the worker dies before it writes down what came of it.
    assert stage.acknowledge("bo", message)
    free_tries(stage.node, [])
    stage.run(minutes=1)
    assert stage.told() == []
    with reading(stage.node):
        assert Notification.objects.get().state == "unknown"
        assert NotificationAttempt.objects.count() == 1


def test_what_failed_while_somebody_took_it_is_not_tried_again(stage: Stage) -> None:
    two_people(stage)
    message = stage.receive()
    escalate_due(stage.node)
    (one,) = take_due(stage.node, most=9)
    assert stage.acknowledge("bo", message)
    stage.phones.down |= {"sms-one": DOWN, "sms-two": DOWN}
    make_try(stage.node, one)
    stage.phones.down.clear()
    stage.run(minutes=1)
    assert stage.told() == []
    with reading(stage.node):
        assert Notification.objects.get().state == "dropped"


def test_who_left_before_it_was_their_turn_is_not_told(stage: Stage) -> None:
    stage.reach("ada", "email", "ada@xd.example", position=1, after_minutes=2)
    two_people(stage)
    stage.receive()
    stage.run(minutes=1)
    with unit_of_work(stage.node):
        Membership.objects.filter(officer=stage.officers["ada"]).delete()
    stage.run(minutes=2)
    assert stage.told() == ["ada"]
    with reading(stage.node):
        assert Notification.objects.get(method__channel="email").state == "dropped"


def test_a_clock_set_back_does_not_put_off_what_is_tried_again(stage: Stage) -> None:
    two_people(stage)
    stage.phones.down |= {"sms-one": DOWN, "sms-two": DOWN}
    stage.receive()
    stage.run(minutes=3)
    stage.phones.down.clear()
    stage.world.clock.at -= timedelta(hours=1)
    stage.run(seconds=5)
    assert sorted(stage.told()) == ["ada", "bo"]


def test_a_worker_sees_that_its_clock_was_set_back_by_less_than_has_passed_since_the_last_step(stage: Stage) -> None:
    two_people(stage)
    look = Looking(stage.node)
    stage.receive()
    look()
    stage.world.advance(minutes=4)
    look()
    stage.world.clock.at -= timedelta(minutes=3)  # By this clock the second step would be four minutes away.
    look()
    send_due(stage.node)
    assert stage.told() == ["ada", "bo"]
    look()
    with reading(stage.node):
        assert EscalationEvent.objects.count() == 2


def test_every_try_of_a_notification_is_shown_with_its_gateway_and_its_end(stage: Stage) -> None:
    two_people(stage)
    stage.phones.down["sms-one"] = DOWN
    stage.receive()
    stage.run()
    (found,) = escalations(stage.node, stage.world.desk("XD"))
    (sent,) = found.told[0].sent
    assert (sent.officer, sent.state) == ("Ada", "sent")
    assert [(each.provider, each.state, each.error) for each in sent.tries] == [
        ("sms-one", "failed", "notice-not-taken"),
        ("sms-two", "sent", ""),
    ]


def test_a_clock_set_back_two_hours_delays_nobody(stage: Stage) -> None:
    two_people(stage)
    stage.receive()
    stage.run(minutes=1)
    stage.world.clock.at = stage.world.clock.at.replace(hour=0)
    stage.run(minutes=1)
    assert stage.told() == ["ada", "bo"]
