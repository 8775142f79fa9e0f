"""Are fifty messages few notifications, with nobody untold and each message escalating until somebody has it?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections

from liaison.duty.gathering import AN_HOUR
from liaison.errors import UnreachableError
from liaison.node.models import AwaitedAnswer, Escalation, EscalationEvent, Notification
from liaison.node.reads.duty.escalations import escalations
from liaison.node.reads.duty.told import told_of
from liaison.node.services.escalation.one_tap import find_tap, press
from liaison.node.services.escalation.sending import free_tries, take_due
from liaison.node.services.escalation.telling import escalate_due
from liaison.node.unit_of_work import reading, unit_of_work
from tests.node.duty.desk import Stage, staffed
from tests.node.duty.test_escalation import two_people

MANY = 12
DOWN = UnreachableError("notice-not-taken")


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staffed(tmp_path, "ada", "bo") as stage:
        yield stage


def flood(stage: Stage, many: int = MANY) -> list[str]:
    """One message that is told, and many more some seconds later."""
    two_people(stage)
    first = stage.receive()
    stage.run(seconds=5)
    return [first, *(stage.receive() for _ in range(many))]


def states(stage: Stage) -> set[str]:
    with reading(stage.node):
        return set(Notification.objects.values_list("state", flat=True))


def test_the_first_is_told_at_once_and_then_one_notification_says_how_many_more_wait(stage: Stage) -> None:
    flood(stage)
    stage.run(seconds=40)
    assert stage.told() == ["ada"]
    stage.run(seconds=30)
    assert stage.told() == ["ada", "ada"]
    words = stage.phones.heard("ada")[-1]
    assert f"Messages that wait for you, urgent ones among them: {MANY}. The list, once you sign in: " in words
    assert states(stage) == {"sent"}
    with reading(stage.node):
        assert EscalationEvent.objects.filter(kind="told").count() == MANY + 1


def test_each_message_goes_on_escalating_and_the_next_officer_is_told_of_all(stage: Stage) -> None:
    messages = flood(stage)
    stage.acknowledge("ada", messages[3])
    stage.run(minutes=7)
    bo = [words for words in stage.phones.heard("bo") if "Messages that wait" in words]
    assert len(stage.phones.heard("bo")) <= 3
    assert f"Messages that wait for you, urgent ones among them: {MANY - 1}." in bo[-1]
    with reading(stage.node):
        told = Notification.objects.filter(officer=stage.officers["bo"], state="sent").values("escalation").distinct()
        assert told.count() == MANY


def test_an_emergency_is_told_at_once_and_what_waits_goes_with_it(stage: Stage) -> None:
    flood(stage)
    stage.run(seconds=10)
    stage.receive("emergency")
    stage.run()
    words = stage.phones.heard("ada")[-1]
    assert f"Messages that wait for you, emergencies among them: {MANY + 1}." in words
    assert not {"queued", "sending"} & states(stage)


def test_what_is_of_an_exercise_is_told_by_itself_and_says_so(stage: Stage) -> None:
    two_people(stage)
    for _ in range(3):
        stage.receive()
    escalate_due(stage.node)
    with unit_of_work(stage.node):
        real = Notification.objects.order_by("pk").first()
        assert real is not None
        Notification.objects.filter(pk=real.pk).update(exercise=False)
    stage.run()
    said = [(each.notice.text.startswith("EXERCISE"), "Messages" in each.notice.text) for each in stage.phones.rung]
    assert sorted(said) == [(False, False), (True, True)]


def test_one_press_says_i_have_it_of_all_that_were_told_together(stage: Stage) -> None:
    flood(stage)
    stage.run(minutes=1, seconds=10)
    token = stage.phones.rung[-1].notice.link.rpartition("/")[2]
    tap = find_tap(stage.node, token)
    assert (tap.count, tap.urgency) == (MANY, "urgent")
    press(stage.node, token)
    with reading(stage.node):
        assert Escalation.objects.filter(state="held").count() == MANY
        assert Escalation.objects.exclude(state="held").count() == 1
    stage.run(minutes=10)
    assert not any("Messages that wait" in words for words in stage.phones.heard("bo"))


def test_the_code_opens_the_list_for_whom_it_was_told_and_for_nobody_else(stage: Stage) -> None:
    messages = flood(stage)
    stage.run(minutes=1, seconds=10)
    with reading(stage.node):
        code = Notification.objects.exclude(list_code="").get().list_code
    place = (stage.node, stage.world.register, stage.world.desk("XD"))
    found = told_of(*place, officer=stage.officers["ada"], code=code)
    assert {each.message_id for each in found} >= set(messages[1:])
    assert told_of(*place, officer=stage.officers["bo"], code=code) == ()


def test_when_the_gateway_is_down_all_of_them_are_told_by_the_next_way_and_none_is_lost(stage: Stage) -> None:
    stage.reach("ada", "email", "ada@xd.example", position=1, after_minutes=30)
    two_people(stage)
    stage.phones.down |= {"sms-one": DOWN, "sms-two": DOWN}
    for _ in range(MANY):
        stage.receive()
    stage.run(seconds=5)
    assert stage.told() == ["ada@xd.example"]
    assert f": {MANY}." in stage.phones.heard("ada@xd.example")[0]
    stage.phones.down.clear()
    stage.run(minutes=1)
    assert f": {MANY}." in stage.phones.heard("ada")[0]
    assert states(stage) == {"sent"}


def test_a_worker_killed_while_it_tells_of_many_repeats_it_once_for_all_and_loses_none(stage: Stage) -> None:
    two_people(stage)
    messages = [stage.receive() for _ in range(MANY)]
    escalate_due(stage.node)
    for _ in range(2):
        assert len(take_due(stage.node, most=9)) == 1  # It leaves, and the worker dies.
        free_tries(stage.node, [])
        stage.world.advance(seconds=5)
    assert take_due(stage.node, most=9) == []
    with reading(stage.node):
        rows = list(Notification.objects.values_list("state", "repeated"))
    assert rows == [("unknown", True)] * MANY
    stage.acknowledge("ada", messages[0])
    stage.run(minutes=6)
    with reading(stage.node):
        assert Notification.objects.filter(officer=stage.officers["bo"], state="sent").count() == MANY - 1


def test_who_took_the_one_that_carried_the_others_leaves_those_to_be_told(stage: Stage) -> None:
    two_people(stage)
    messages = [stage.receive() for _ in range(3)]
    escalate_due(stage.node)
    take_due(stage.node, most=9)  # It leaves, and the worker dies.
    with reading(stage.node):
        carrier = Notification.objects.exclude(list_code="").get().escalation.incoming.message_id
    stage.acknowledge("bo", carrier)
    free_tries(stage.node, [])
    stage.run(minutes=2)
    assert len(messages) == 3
    assert ": 2." in stage.phones.heard("ada")[-1]


def test_the_case_shows_by_which_notification_it_was_told(stage: Stage) -> None:
    flood(stage)
    stage.run(minutes=1, seconds=10)
    together = [sent for each in escalations(stage.node, stage.world.desk("XD")) for sent in each.told[0].sent]
    assert len([sent for sent in together if sent.together]) == MANY
    assert all(sent.tries for sent in together)


def test_what_waits_for_several_reasons_is_one_notification_whose_button_takes_the_messages(stage: Stage) -> None:
    for _ in range(2):
        stage.world.send("XD", "XC", urgency="emergency")
    with reading(stage.node):
        stage.world.clock.at = AwaitedAnswer.objects.latest("due").due
    two_people(stage)
    messages = [stage.receive() for _ in range(3)]
    stage.run()
    (words,) = stage.phones.heard("ada")
    assert "What waits for you, emergencies among it: 5. The list, once you sign in: " in words
    (link,) = [each.notice.link for each in stage.phones.rung if each.address == "ada"]
    press(stage.node, link.rpartition("/")[2])
    with reading(stage.node):
        code = Notification.objects.exclude(list_code="").get(officer=stage.officers["ada"]).list_code
        assert Escalation.objects.filter(state="held").count() == len(messages)
    place = (stage.node, stage.world.register, stage.world.desk("XD"))
    found = told_of(*place, officer=stage.officers["ada"], code=code)
    assert sorted(each.purpose for each in found) == ["awaited"] * 2 + ["step"] * 3


def test_a_telephone_rings_no_more_than_its_ceiling_in_an_hour_and_an_emergency_still_comes_through(
    stage: Stage,
) -> None:
    two_people(stage)
    for minute in range(60):
        stage.receive(("routine", "urgent", "emergency")[minute % 3])
        stage.run(minutes=1)
    assert 12 < len(stage.phones.heard("ada")) <= AN_HOUR
    assert not {"queued", "sending"} & {*states_of(stage, older_than=10)}


def states_of(stage: Stage, *, older_than: int) -> set[str]:
    """How it stands with the notifications of Ada that were made so many minutes ago or more."""
    with reading(stage.node):
        until = stage.node.clock.now() - timedelta(minutes=older_than)
        rows = Notification.objects.filter(officer=stage.officers["ada"], made_at__lte=until)
        return set(rows.values_list("state", flat=True))


def test_silent_desks_over_there_are_one_notification(stage: Stage) -> None:
    for _ in range(4):
        stage.world.send("XD", "XC", urgency="emergency")
    with reading(stage.node):
        stage.world.clock.at = AwaitedAnswer.objects.latest("due").due
    stage.run()
    (words,) = stage.phones.heard("ada")
    assert "Messages of your desk that were not acknowledged in time: 4." in words


@pytest.mark.sqlite
def test_the_first_steps_of_eight_messages_share_a_commit(stage: Stage) -> None:
    two_people(stage)
    for _ in range(MANY):
        stage.receive()
    said: list[str] = []
    with reading(stage.node):
        assert not EscalationEvent.objects.exists()
    connection = connections[stage.node.database]
    connection.connection.set_trace_callback(said.append)
    assert escalate_due(stage.node) == MANY
    connection.connection.set_trace_callback(None)
    assert said.count("COMMIT") == 2, "eight, and the other four"
