"""Does `liaison escalation` say who would be told, and change nothing?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from liaison.errors import UnreachableError
from liaison.node import homes
from liaison.node.config import Config
from liaison.node.models import ContactMethod, Escalation, EscalationPlan
from tests.cli.homes import Terminal
from tests.node.duty.desk import Stage, staffed

pytestmark = pytest.mark.sqlite


def opened(stage: Stage) -> Path:
    """The home of the stage's desk, as commands find it."""
    home = stage.node.home
    homes.create_folders(home)
    homes.write_config(home, Config())
    homes.write_credential(home / "credential", b"0" * 32)
    return home


def test_who_would_be_told_is_printed_and_nothing_is_changed(tmp_path: Path, terminal: Terminal) -> None:
    with staffed(tmp_path, "ada") as stage:
        home = opened(stage)
        stage.hire("bo", reached=False)
        stage.receive("urgent")
        told = terminal.value(home, "escalation", "simulate", "--at", "2026-11-29T03:00Z")
        assert [each["at"] for each in told[:2]] == ["2026-11-29T03:00:00Z", "2026-11-29T03:10:00Z"]
        assert told[-1]["last"]
        assert [each["name"] for each in told[0]["officers"]] == ["Ada", "Bo"]
        assert terminal.run(home, "escalation", "simulate", "--urgency", "emergency") == 0
        assert "Bo (no way)" in terminal.out
        shown = terminal.value(home, "escalation", "show")
        assert [each["state"] for each in shown["waiting"]] == ["waiting"]
        assert {each["name"]: each["ways"] for each in shown["officers"]} == {"Ada": 1, "Bo": 0}
        for at in ("Sunday", "2026-02-30T03:00Z", "9999-12-31T23:59Z", "0001-01-01T00:00+14:00", "03:00"):
            assert terminal.refusal(home, "escalation", "simulate", "--at", at) == "instant-not-read"
        (waiting,) = shown["waiting"]
        assert terminal.value(home, "escalation", "show", "--case", waiting["case"]) == []
        with stage.world.at("XD"):
            assert Escalation.objects.get().events.count() == 0


@pytest.fixture
def kathmandu(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose clock goes five hours and three quarters before UTC."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "Asia/Kathmandu")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("kathmandu")
def test_the_simulation_says_that_a_routine_message_waits_for_planned_work(tmp_path: Path, terminal: Terminal) -> None:
    with staffed(tmp_path, "ada") as stage:
        home, day = opened(stage), datetime.now(UTC).date() + timedelta(days=2)
        at, until, there = f"{day}T03:00Z", f"{day}T05:00:00Z", f"{day} 10:45 +0545"
        planned = ("duty", "planned-work", "--from", f"{day}T02:00", "--to", f"{day}T05:00")
        assert terminal.run(home, *planned) == 0
        assert f"{day} 07:45 +0545  {there}  desk" in terminal.out
        assert terminal.run(home, "escalation", "simulate", "--urgency", "routine", "--at", at) == 0
        assert f"{day} 08:45 +0545  step 1, round 1" in terminal.out
        assert f"Ada (sms, waits until {there})" in terminal.out
        assert f"Work is planned from {day} 07:45 +0545 to {there}: what is routine waits" in terminal.out
        told = terminal.value(home, "escalation", "simulate", "--urgency", "routine", "--at", at)
        assert [one["by"][0]["waits_until"] for one in told[0]["officers"]] == [until]
        assert terminal.run(home, "escalation", "simulate", "--at", at) == 0
        assert "Ada (sms)" in terminal.out
        assert "planned" not in terminal.out


def test_a_plan_is_made_from_steps_and_one_that_is_none_is_refused(tmp_path: Path, terminal: Terminal) -> None:
    with staffed(tmp_path, "ada") as stage:
        home = opened(stage)
        for step in ("rota", "rota=0", "everybody=5", "=5", "rota=5x3", "rota=\u0665", "rota=99999"):
            assert terminal.refusal(home, "escalation", "plan", "--step", step) == "plan-not-understood"
        terminal.value(
            home, "escalation", "plan", "--step", "rota=1", "--step", "rota,desk=5x2", "--signed-within", "9"
        )
        shown = terminal.value(home, "escalation", "show")["plans"]["urgent"]
        steps = [(each["tell"], each["minutes"], each["wants"]) for each in shown]
        assert steps == [(["rota"], 1, 1), (["rota", "desk"], 5, 2), (["desk"], 0, 1)]
        with stage.world.at("XD"):
            assert '"signed_within":9' in EscalationPlan.objects.get().plan


def test_the_terminal_lists_every_try_of_a_notification(tmp_path: Path, terminal: Terminal) -> None:
    with staffed(tmp_path, "ada") as stage:
        home = opened(stage)
        stage.phones.down["sms-one"] = UnreachableError("notice-not-taken")
        stage.receive("urgent")
        stage.run()
        (waiting,) = terminal.value(home, "escalation", "show")["waiting"]
        assert terminal.run(home, "escalation", "show", "--case", waiting["case"]) == 0
        for words in ("told  rota", "Ada, sms: sent", "sms-one: failed (notice-not-taken)", "sms-two: sent"):
            assert words in terminal.out


def test_the_terminal_says_what_is_late_over_there(tmp_path: Path, terminal: Terminal) -> None:
    with staffed(tmp_path, "ada") as stage:
        home = opened(stage)
        stage.world.network.down.add("XC")
        (sent,) = stage.world.send("XD", "XC", urgency="emergency")
        stage.run()
        assert terminal.value(home, "escalation", "show")["silent"] == []
        stage.world.advance(hours=1)
        stage.run()
        (late,) = terminal.value(home, "escalation", "show")["silent"]
        assert (late["message"], late["desk"], late["received"]) == (sent.message_id, "XC/duty", False)
        assert terminal.run(home, "escalation", "show") == 0
        assert "late over there: XC/duty was to acknowledge it by" in terminal.out
        assert "its node has not received it" in terminal.out


def test_the_terminal_puts_off_hands_on_calls_in_and_sets_hours_of_a_way(tmp_path: Path, terminal: Terminal) -> None:
    with staffed(tmp_path, "ada", "bo") as stage:
        home = opened(stage)
        stage.world.clock.at = datetime.now(UTC)  # That of the commands.
        message = stage.receive("urgent")
        assert terminal.refusal(home, "escalation", "snooze", "ada", message, "--minutes", "90") == "snooze-minutes"
        assert terminal.run(home, "escalation", "snooze", "ada", message, "--minutes", "10") == 0
        assert "ada has it and is told again at" in terminal.out
        assert terminal.run(home, "escalation", "call", "ada", message, "--in", "bo") == 0
        assert "bo is told as well; it escalates as before." in terminal.out
        assert terminal.run(home, "escalation", "hand", "ada", message, "--to", "bo") == 0
        assert terminal.run(home, "escalation", "show") == 0
        assert "handed to Bo  until " in terminal.out
        assert terminal.refusal(home, "escalation", "hand", "ada", message, "--to", "ada") == "colleague-not-here"
        assert terminal.refusal(home, "escalation", "reach", "ada", "x@xd.example", "--from", "late") == "method-hours"
        assert terminal.run(home, "duty", "notices", "ada", "--off") == 0
        with stage.world.at("XD"):
            ContactMethod.objects.filter(address="ada").update(begins="08:00", ends="09:00")
        assert terminal.run(home, "escalation", "simulate", "--at", "2026-11-29T03:00Z") == 0
        assert "Ada (sms, outside of its hours)" in terminal.out
