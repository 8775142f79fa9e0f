"""Is an officer told that their duty begins and soon ends, once, unless they chose not to be?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from liaison.duty.rota import Layer
from liaison.node.services.duty.notes import leave_note
from liaison.node.services.duty.noticing import choose_notices, tell_duty
from liaison.node.services.duty.rotas import keep_layer
from liaison.officers.permissions import Role
from tests.node.duty.desk import Stage, staffed
from tests.web.visiting import visit

EVENING = datetime(2026, 11, 26, 20, tzinfo=UTC)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staffed(tmp_path, "ada", "bo") as stage:
        members = tuple(str(stage.officers[login]) for login in ("ada", "bo"))
        first = (EVENING - timedelta(days=2)).replace(tzinfo=None)
        keep_layer(stage.node, stage.seat, Layer("nights", "UTC", first, 24, members), by=0)
        yield stage


def tick(stage: Stage, at: datetime) -> list[tuple[str, str]]:
    """What the worker tells at an instant: to whom, and the first words."""
    stage.world.clock.at = at
    before = len(stage.phones.rung)
    tell_duty(stage.node)
    stage.tick()
    return [(each.address, each.notice.text.partition(".")[0]) for each in stage.phones.rung[before:]]


BEGINS, ENDS = "You are on duty from now on", "Your duty ends in an hour"


def test_the_end_is_told_an_hour_before_and_the_beginning_when_it_comes_and_each_once(stage: Stage) -> None:
    assert tick(stage, EVENING - timedelta(minutes=61)) == []
    assert tick(stage, EVENING - timedelta(minutes=59)) == [("bo", ENDS)]
    assert tick(stage, EVENING - timedelta(minutes=58)) == []
    assert tick(stage, EVENING) == [("ada", BEGINS)]
    assert tick(stage, EVENING + timedelta(minutes=1)) == []


def test_what_nobody_told_in_half_an_hour_is_told_no_more(stage: Stage) -> None:
    assert tick(stage, EVENING + timedelta(minutes=31)) == []


def test_who_chose_not_to_be_told_is_not(stage: Stage) -> None:
    choose_notices(stage.node, stage.officers["ada"], wanted=False)
    assert tick(stage, EVENING) == []


def test_a_note_that_was_left_is_mentioned_without_a_word_of_it_and_shown_to_who_is_on_duty(stage: Stage) -> None:
    leave_note(stage.node, stage.seat, "XC promised logs by six.", by=stage.officers["bo"])
    ((to, words),) = tick(stage, EVENING)
    assert (to, words) == ("ada", "You are on duty from now on, and a note was left for you")
    assert "promised" not in stage.phones.rung[-1].notice.text


def test_an_officer_chooses_on_the_page_of_their_ways(stage: Stage) -> None:
    visitor = visit(stage.world, "XD", Role.OFFICER)
    assert 'name="wanted" value="on" checked' in visitor.get("/account/reached").content.decode()
    assert visitor.post("/account/reached/duty", {}).status_code == 302
    assert 'name="wanted" value="on" checked' not in visitor.get("/account/reached").content.decode()
