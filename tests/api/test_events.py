"""Does a program hear of everything that happens at its desk, in order, and of nothing else?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from liaison.node.current import current_database
from liaison.node.models import EventRow, Officer, OutgoingCopy
from liaison.node.services.people.officers import Seat, withdraw
from liaison.node.services.programs.events import KEPT, EventKind, Happened, events_after, sweep_events, tell
from liaison.node.services.programs.tokens import end_token
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.tokens import Scope
from liaison.wire.identifiers import digest
from tests.api.calling import ROLES, Program, call
from tests.world import World

pytestmark = pytest.mark.engine


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, codes=("XC", "XD", "XE")) as made:
        yield made


def kinds(program: Program, after: int = 0) -> list[str]:
    return [each["kind"] for each in program.read("/events", after=after)["events"]]


def test_what_happens_at_a_desk_is_told_in_order_and_without_what_was_said(world: World) -> None:
    ours, theirs = call(world, "XC"), call(world, "XD")
    (sent,) = world.send("XC", "XD")
    theirs.write(f"/messages/{sent.message_id}/acknowledge")
    world.work()
    assert kinds(ours) == ["message-sent", "message-delivered", "message-acknowledged"]
    assert kinds(theirs) == ["message-received", "message-sent", "message-delivered"]
    told = ours.read("/events")
    assert [each["number"] for each in told["events"]] == [1, 2, 3] and told["next"] == told["latest"] == 3
    assert set(told["events"][0]) == {"number", "kind", "case", "message", "at", "exercise"}
    assert "Scanning" not in str(told)


def test_what_is_rejected_is_told_too(world: World) -> None:
    ours = call(world, "XC")
    world.network.down.add("XD")
    world.send("XC", "XD")
    with world.at("XC"):
        OutgoingCopy.objects.update(sealed=b"spoiled", sealed_hash=digest(b"spoiled"))
    world.network.down.clear()
    world.advance(minutes=10)
    world.work("XC")
    assert kinds(ours) == ["message-sent", "message-rejected"]


def test_events_go_on_behind_a_number_and_come_once(world: World) -> None:
    ours = call(world, "XC")
    world.send("XD", "XC")
    first = ours.read("/events")
    world.send("XE", "XC")
    assert kinds(ours, first["next"]) == ["message-received"]
    assert kinds(ours, first["next"] + 1) == []


def test_a_desk_to_which_nobody_listens_writes_no_events(world: World) -> None:
    call(world, "XC", Scope.LOOK_UP)
    world.send("XD", "XC")
    with world.at("XC"):
        assert EventRow.objects.count() == 0


def test_events_that_were_forgotten_are_not_passed_over_in_silence(world: World) -> None:
    ours = call(world, "XC")
    world.send("XD", "XC")
    world.advance(seconds=KEPT.total_seconds() + 60)
    sweep_events(world.nodes["XC"])
    renewed = call(world, "XC")
    assert renewed.read("/events", status=410, after=0)["code"] == "events-forgotten"
    assert kinds(renewed, after=1) == []
    stream = renewed.ask("GET", "/events/stream", last_event_id="0")
    assert (stream.status_code, stream.json()["code"]) == (410, "events-forgotten")
    assert ours.ask("GET", "/events").status_code == 401


def test_an_event_that_comes_between_two_looks_is_neither_missed_nor_told_as_forgotten(world: World) -> None:
    call(world, "XC").read("/events")
    node, desk = world.nodes["XC"], world.desk("XC")
    seat, come = Seat(world.register, desk, frozenset()), list[str]()

    def meanwhile(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        if not come:
            come.append(sql)
            with unit_of_work(node):
                tell(EventKind.SENT, world.register, desk, Happened("a case", "a message", world.clock.now()))
        return answer

    with world.at("XC"), connections[current_database.get()].execute_wrapper(meanwhile):
        seen = events_after(node, seat, 0, limit=10)
    assert come and [each.number for each in seen] == [1]


def test_a_number_that_was_never_given_is_refused_and_not_waited_for(world: World) -> None:
    ours = call(world, "XC")
    world.send("XD", "XC")
    refused = ours.read("/events", status=410, after=7)
    assert refused["code"] == "events-ahead" and "number 1," in refused["detail"]
    assert ours.ask("GET", "/events/stream", last_event_id="7").status_code == 410


def test_a_request_that_waits_is_answered_as_soon_as_something_happens(world: World) -> None:
    ours = call(world, "XC")
    assert ours.read("/events", wait=1)["events"] == []
    world.send("XD", "XC")
    assert len(ours.read("/events", wait=25)["events"]) == 1


def test_a_stream_goes_on_behind_the_last_event_that_was_heard(world: World) -> None:
    ours = call(world, "XC")
    for _ in range(2):
        world.send("XD", "XC")
    shown = {"last_event_id": "1"}
    lines = b"".join(ours.ask("GET", "/events/stream?seconds=0", **shown).streaming_content).decode()
    assert lines.startswith("retry: 1000\n\nid: 2\nevent: message-received\ndata: {")
    live = ours.ask("GET", "/events/stream?seconds=1").streaming_content
    assert next(live) == b"retry: 1000\n\n"
    world.send("XE", "XC")
    assert b"id: 3\n" in b"".join(live)


@pytest.mark.parametrize("how", ["token", "role", "day"])
def test_a_stream_ends_with_its_token_and_tells_nothing_that_came_later(world: World, how: str) -> None:
    ours, node = call(world, "XC"), world.nodes["XC"]
    live = ours.ask("GET", "/events/stream?seconds=50").streaming_content
    assert next(live) == b"retry: 1000\n\n"
    if how == "token":
        end_token(node, ours.seat, ours.made.number, by=ours.officer)
    elif how == "role":
        with world.at("XC"):
            officer = Officer.objects.get(pk=ours.officer)
        for role in ROLES:
            withdraw(node, officer, world.register, world.desk("XC"), role)
    else:
        world.advance(days=31)
    world.send("XE", "XC")
    assert list(live) == []
    assert ours.ask("GET", "/events/stream").status_code == 401


def test_waiting_programs_are_bounded_and_give_their_place_back(world: World) -> None:
    ours = call(world, "XC")
    streams = [ours.ask("GET", "/events/stream") for _ in range(4)]
    refused = ours.ask("GET", "/events/stream")
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-streams")
    for each in streams:
        each.close()
    for _ in range(5):
        asked = ours.ask("HEAD", "/events/stream")
        assert (asked.status_code, asked.headers["Content-Type"], asked.content) == (200, "text/event-stream", b"")
    again = ours.ask("GET", "/events/stream?seconds=0")
    assert again.status_code == 200
    again.close()
