"""Can an officer put a message off, hand it to a colleague or call one in, and is it never forgotten by that?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from liaison.errors import UsageError
from liaison.node.models import AuditRow, Escalation
from liaison.node.reads.duty.escalations import escalations
from liaison.node.services.escalation.handing import call_in, hand_on, snooze
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.officers.permissions import Role
from tests.node.duty.desk import Stage, staffed
from tests.node.duty.test_escalation import two_people
from tests.web.visiting import visit


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staffed(tmp_path, "ada", "bo", "cy") as stage:
        yield stage


def put_off(stage: Stage, message: str, minutes: int, login: str = "ada") -> int:
    """For how many minutes it was put off."""
    until = snooze(stage.node, stage.seat, message, minutes=minutes, by=stage.officers[login])
    return int((until - stage.node.clock.now()).total_seconds()) // 60


def hand(stage: Stage, message: str, to: str, by: str = "ada") -> None:
    hand_on(stage.node, stage.seat, message, to=stage.officers[to], by=stage.officers[by])


def call(stage: Stage, message: str, whom: str, by: str = "ada") -> None:
    call_in(stage.node, stage.seat, message, whom=stage.officers[whom], by=stage.officers[by])


def test_who_is_called_in_is_told_at_once_by_their_own_ways_and_the_plan_goes_on_as_it_was(stage: Stage) -> None:
    two_people(stage)
    stage.reach("cy", "email", "cy@xd.example", after_minutes=2)
    message = stage.receive()
    stage.run(minutes=1)
    due = stage.escalation().due
    call(stage, message, "cy")
    stage.run(minutes=1)
    assert stage.told() == ["ada", "cy"]
    assert "A colleague calls you in on a message." in stage.phones.heard("cy")[0]
    assert (stage.escalation().state, stage.escalation().due) == ("waiting", due)
    stage.run(minutes=4)
    assert stage.told() == ["ada", "cy", "cy@xd.example", "bo"]
    (shown,) = escalations(stage.node, stage.world.desk("XD"))
    (line,) = [each for each in shown.lines if each.kind == "called"]
    assert (line.officer, line.by) == ("Cy", "Ada")
    assert [(each.channel, each.state) for each in line.sent] == [("sms", "sent"), ("email", "sent")]


def test_who_is_called_in_is_told_although_somebody_has_it_and_no_more_when_they_have_it_too(stage: Stage) -> None:
    from liaison.node.services.escalation.keeping import note_has

    stage.reach("cy", "email", "cy@xd.example", after_minutes=4)
    two_people(stage)
    message = stage.receive()
    stage.run(minutes=1)
    for login, told in (("ada", ["ada"]), ("ada", ["ada", "cy"])):
        note_has(stage.node, stage.world.desk("XD"), message, officer=stage.officers[login])
        assert stage.told() == told
        call(stage, message, "cy")
        stage.run(minutes=1)
    assert stage.escalation().state == "held"
    note_has(stage.node, stage.world.desk("XD"), message, officer=stage.officers["cy"])
    stage.run(minutes=6)
    assert "cy@xd.example" not in stage.told()


def test_who_was_called_in_and_has_it_is_told_no_more_although_the_plan_wants_two(stage: Stage) -> None:
    from liaison.node.services.escalation.keeping import note_has
    from liaison.node.services.escalation.planning import make_plan_of

    stage.reach("cy", "email", "cy@xd.example", after_minutes=4)
    steps = ({"tell": (f"officer:{stage.officers['ada']}",), "minutes": 60, "wants": 2},)
    make_plan_of(stage.node, stage.seat, "urgent", {"steps": steps, "last": ("desk",)}, by=0)
    message = stage.receive()
    stage.run(minutes=1)
    call(stage, message, "cy")
    stage.run(minutes=1)
    note_has(stage.node, stage.world.desk("XD"), message, officer=stage.officers["cy"])
    stage.run(minutes=5)
    assert (stage.escalation().state, stage.told()) == ("waiting", ["ada", "cy"])


def test_an_i_have_it_of_who_was_called_in_counts_and_nobody_is_called_in_on_what_is_over(stage: Stage) -> None:
    from liaison.node.services.escalation.one_tap import press

    two_people(stage)
    message = stage.receive()
    stage.run(minutes=1)
    for whom, code in (("ada", "colleague-not-here"), ("di", "colleague-not-reached")):
        if whom == "di":
            stage.hire("di", reached=False)
        with pytest.raises(UsageError, match=code):
            call(stage, message, whom)
    call(stage, message, "cy")
    stage.run()
    press(stage.node, stage.phones.rung[-1].notice.link.rpartition("/")[2])
    stage.run(minutes=20)
    assert stage.told() == ["ada", "cy"]
    assert stage.acknowledge("cy", message)
    with pytest.raises(UsageError, match="waits-for-nobody"):
        call(stage, message, "bo")


def test_what_is_put_off_is_told_to_nobody_until_then_and_then_to_who_put_it_off_too(stage: Stage) -> None:
    two_people(stage)
    message = stage.receive()
    stage.run(minutes=1)
    assert put_off(stage, message, 20, "cy") == 20
    stage.run(minutes=19)
    assert stage.told() == ["ada"]
    (shown,) = escalations(stage.node, stage.world.desk("XD"))
    assert shown.held_by == ("Cy",)
    stage.run(minutes=2)
    assert sorted(stage.told()) == ["ada", "ada", "cy"]


def test_nothing_is_put_off_past_the_time_in_which_the_desk_promises_an_answer(stage: Stage) -> None:
    message = stage.receive("emergency")
    stage.run(minutes=1)
    promised = put_off(stage, message, 60)
    assert promised < 60
    stage.world.advance(minutes=promised - 3)
    with pytest.raises(UsageError, match="snooze-too-late"):
        put_off(stage, message, 10)
    for minutes in (0, 4, 61):
        with pytest.raises(UsageError, match="snooze-minutes"):
            put_off(stage, message, minutes)


def test_a_colleague_is_told_and_when_they_stay_silent_it_begins_again(stage: Stage) -> None:
    two_people(stage)
    message = stage.receive()
    stage.run(minutes=1)
    hand(stage, message, "cy")
    stage.run(minutes=1)
    assert stage.told() == ["ada", "cy"]
    assert "A colleague hands a message to you." in stage.phones.heard("cy")[0]
    (shown,) = escalations(stage.node, stage.world.desk("XD"))
    assert shown.handed_to == "Cy"
    stage.run(minutes=8)
    assert stage.told() == ["ada", "cy"]
    stage.run(minutes=2)
    assert stage.told() == ["ada", "cy", "ada"]


def test_a_colleague_who_has_it_stops_it_as_any_officer_does(stage: Stage) -> None:
    from liaison.node.services.escalation.one_tap import press

    two_people(stage)
    message = stage.receive()
    stage.run(minutes=1)
    hand(stage, message, "cy")
    stage.run(minutes=1)
    press(stage.node, stage.phones.rung[-1].notice.link.rpartition("/")[2])
    stage.run(minutes=20)
    assert stage.told() == ["ada", "cy"]
    assert stage.acknowledge("cy", message)
    assert stage.escalation().state == "over"


def test_only_a_colleague_of_the_desk_whom_a_way_reaches_is_handed_anything(stage: Stage) -> None:
    message = stage.receive()
    stage.hire("di", reached=False)
    stage.run()
    for to, code in (("ada", "colleague-not-here"), ("di", "colleague-not-reached")):
        with pytest.raises(UsageError, match=code):
            hand(stage, message, to)
    with pytest.raises(UsageError, match="colleague-not-here"):
        hand_on(stage.node, stage.seat, message, to=999, by=stage.officers["ada"])
    stage.acknowledge("ada", message)
    with pytest.raises(UsageError, match="waits-for-nobody"):
        hand(stage, message, "bo")
    with unit_of_work(stage.node):
        assert not AuditRow.objects.filter(action="message-handed").exists()


def test_the_page_of_a_case_puts_off_and_hands_on_and_says_so_to_colleagues(stage: Stage) -> None:
    message = stage.receive("emergency")
    stage.run()
    visitor = visit(stage.world, "XD", Role.OFFICER)
    case = f"cases/{stage.escalation().case}/"
    assert "Hand it to" in visitor.see(case)
    visitor.send(f"{case}snooze", message=message, minutes="10")
    assert "put off until" in visitor.see()
    visitor.send(f"{case}hand", message=message, to=str(stage.officers["bo"]))
    page = visitor.see(case)
    assert "handed to" in page
    assert "Bo" in page
    assert visitor.post(visitor.at(f"{case}hand"), {"message": message, "to": "what"}).status_code == 400
    assert visitor.post(visitor.at(f"{case}snooze"), {"message": message, "minutes": "500"}).status_code == 400
    with reading(stage.node):
        assert Escalation.objects.get().handed_to == stage.officers["bo"]


def test_a_worker_that_was_away_when_the_time_came_tells_as_soon_as_it_is_back(stage: Stage) -> None:
    two_people(stage)
    message = stage.receive()
    stage.run(minutes=1)
    put_off(stage, message, 10)
    stage.world.clock.at += timedelta(minutes=40)
    stage.run()
    assert stage.told().count("ada") >= 2
