"""Is our desk told when nobody over there acknowledges in the time they promise, and offered whom to ask next?"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from liaison.duty.rota import Layer
from liaison.node.models import AwaitedAnswer
from liaison.node.reads.duty.silence import silent
from liaison.node.services.desk.answering import acknowledge_message
from liaison.node.services.duty.rotas import keep_layer
from liaison.node.unit_of_work import reading
from liaison.officers.permissions import Role
from liaison.register.vocabulary import DeskKind
from tests.node.duty.desk import Stage, staffed
from tests.register.registry import RegisterBuilder, small_register
from tests.web.visiting import visit


def second_desk() -> RegisterBuilder:
    """XC has a desk beside the one that is written to."""
    registry = small_register("XC", "XD")
    registry.publish_desk("XC", "ministry", DeskKind.DIPLOMATIC)
    registry.publish_node("XC", "duty", "ministry")
    return registry


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
        (words,) = stage.phones.words("ada")
        assert "A message of your desk was not acknowledged in time." in words
        assert "XC" not in words


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


def test_where_nobody_is_on_duty_the_whole_desk_hears_of_a_silent_one(tmp_path: Path) -> None:
    with staffed(tmp_path, "ada", "bo") as stage:
        first = stage.node.clock.now().replace(tzinfo=None, second=0) + timedelta(days=30)
        keep_layer(stage.node, stage.seat, Layer("later", "UTC", first, 24, (str(stage.officers["ada"]),)), by=0)
        send(stage)
        stage.world.advance(minutes=minutes_promised(stage))
        stage.run()
        assert sorted(stage.told()) == ["ada", "bo"]


def test_the_case_says_until_when_a_person_is_expected_and_then_whom_to_ask(tmp_path: Path) -> None:
    with staffed(tmp_path, "ada") as stage:
        visitor = visit(stage.world, "XD", Role.OFFICER)
        (sent,) = stage.world.send("XD", "XC", urgency="urgent")
        page = visitor.see(f"cases/{sent.case}/")
        assert "a person there is expected to acknowledge it by" in page
        assert "Late over there" not in page
        assert "answers in" in page  # Of the other side, as where one writes to it.
        stage.world.advance(minutes=minutes_promised(stage))
        visitor = visit(stage.world, "XD", Role.OFFICER)  # After an hour without use the first one is signed out.
        page = visitor.see(f"cases/{sent.case}/")
        assert "Late over there" in page
        assert "Their node has received it." in page
        assert f"/centres/{stage.world.desk('XC').participant[:16]}/duty/call" in page
        acknowledge_message(stage.world.nodes["XC"], stage.world.desk("XC"), sent.message_id, officer=0)
        stage.world.work("XC")
        page = visitor.see(f"cases/{sent.case}/")
        assert "Late over there" not in page
        assert "expected to acknowledge it by" not in page


def test_another_desk_of_theirs_is_offered_before_the_telephone(tmp_path: Path) -> None:
    with staffed(tmp_path, "ada", registry=second_desk()) as stage:
        (sent,) = stage.world.send("XD", "XC", urgency="urgent")
        stage.world.advance(minutes=minutes_promised(stage))
        page = visit(stage.world, "XD", Role.OFFICER).see(f"cases/{sent.case}/")
        assert "Their next desk:" in page
        assert page.index("Their next desk:") < page.index("Telephone them")
