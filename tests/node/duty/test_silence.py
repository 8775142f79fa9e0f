"""Is our desk told when nobody over there acknowledges in the time they promise, and offered whom to ask next?"""

from __future__ import annotations

from pathlib import Path

from liaison.node.models import AwaitedAnswer
from liaison.node.reads.duty.silence import silent
from liaison.node.services.desk.answering import acknowledge_message
from liaison.node.unit_of_work import reading
from liaison.officers.permissions import Role
from tests.node.duty.desk import Stage, staffed
from tests.web.visiting import visit


def send(stage: Stage, urgency: str = "urgent") -> str:
    """From the staffed desk XD to XC."""
    (sent,) = stage.world.send("XD", "XC", urgency=urgency)
    return sent.message_id


def minutes_promised(stage: Stage) -> int:
    with reading(stage.node):
        row = AwaitedAnswer.objects.select_related("copy__message").get()
    return int((row.expected_at - row.copy.message.composed_at).total_seconds()) // 60


def test_who_is_on_duty_is_told_once_when_the_time_over_there_has_passed(tmp_path: Path) -> None:
    with staffed(tmp_path, "ada") as stage:
        send(stage)
        promised = minutes_promised(stage)
        stage.world.advance(minutes=promised - 1)
        stage.run()
        assert stage.told() == []
        stage.run(minutes=3)
        (text,) = stage.phones.heard("ada")
        assert "A message of your desk was not acknowledged in time." in text
        assert "XC" not in text


def test_an_acknowledgement_in_time_leaves_nothing_and_a_late_one_ends_it(tmp_path: Path) -> None:
    with staffed(tmp_path, "ada") as stage:
        first = send(stage)
        acknowledge_message(stage.world.nodes["XC"], stage.world.desk("XC"), first, officer=0)
        stage.world.work("XC")
        with reading(stage.node):
            assert not AwaitedAnswer.objects.exists()
        second = send(stage)
        stage.world.advance(days=1)
        stage.run()
        assert silent(stage.node, stage.world.desk("XD")).count == 1
        acknowledge_message(stage.world.nodes["XC"], stage.world.desk("XC"), second, officer=0)
        stage.world.work("XC")
        assert silent(stage.node, stage.world.desk("XD")).count == 0


def test_a_node_that_is_dead_is_told_too_and_the_desk_page_offers_the_telephone(tmp_path: Path) -> None:
    with staffed(tmp_path, "ada") as stage:
        visitor = visit(stage.world, "XD", Role.OFFICER)
        stage.world.network.down.add("XC")
        send(stage, "emergency")
        stage.world.advance(minutes=minutes_promised(stage))
        stage.run()
        page = visitor.see()
        assert "No word from a person over there" in page
        assert "Their node has not received it." in page
        assert f"/centres/{stage.world.desk('XC').participant[:16]}/duty/call" in page
        assert stage.told() == ["ada"]
