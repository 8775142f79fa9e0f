"""Does a dead peer's long queue delay what waits for the others, or cost more the longer it is?"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections

from liaison.node.models import Delivery
from liaison.node.reads.line import line_counts
from liaison.node.services.line.sending import send_letter
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.node.work import outbox, waiting
from liaison.node.work.rounds import Room, take_round
from liaison.wire.http import HttpRequest
from tests.node.test_plans import statements
from tests.world import World

QUEUED = 2_000
"""More than any number of rows a worker might look through before it gives up."""


def lengthen(world: World, queued: int = QUEUED) -> None:
    """The queue of XC to XD, many times as long."""
    with unit_of_work(world.nodes["XC"]):
        row = Delivery.objects.get()
        values = {field.attname: getattr(row, field.attname) for field in Delivery._meta.concrete_fields}
        values.pop("id")
        Delivery.objects.bulk_create([Delivery(**values) for _ in range(queued)], batch_size=500)


def test_work_behind_a_dead_peers_long_queue_is_taken_at_once(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        node = world.nodes["XC"]
        send_letter(node, world.letter("XC", "XD"))
        lengthen(world)
        world.advance(seconds=1)
        send_letter(node, world.letter("XC", "XE"))
        world.network.down.add("XD")
        taken = take_round(node, Room(8)).leases
        assert sorted(lease.at for lease in taken) == sorted((world.desk("XD").at, world.desk("XE").at))
        assert take_round(node, Room(8, {world.desk("XD").at: 1})).leases == []


def test_the_first_of_each_peer_are_those_due_first_and_nobodys(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        node, now = world.nodes["XC"], world.clock.now()
        for _ in range(6):
            send_letter(node, world.letter("XC", "XD"))
        send_letter(node, world.letter("XC", "XE"))
        with unit_of_work(node):
            keys = list(Delivery.objects.filter(participant=world.desk("XD").participant).order_by("pk"))
            first, held, later = keys[0].pk, keys[1].pk, keys[2].pk
            Delivery.objects.filter(pk=first).update(due=now - outbox.AHEAD - timedelta(seconds=9))
            Delivery.objects.filter(pk=held).update(lease_until=now + timedelta(seconds=9))
            Delivery.objects.filter(pk=later).update(due=now + timedelta(seconds=9))
            found = waiting.first_of_each_peer(now)
        assert found[world.desk("XD").at] == [first, *(row.pk for row in keys[3:6])]
        assert len(found[world.desk("XE").at]) == 1


@pytest.mark.sqlite
def test_no_question_of_a_round_reads_the_whole_queue(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        node = world.nodes["XC"]
        connection = connections[node.database]
        with reading(node):
            due = outbox.due_work(world.clock.now())
            held = Delivery.objects.filter(lease_until__isnull=False).order_by("lease_until")
            plans = [due[:1].explain(), held[:1].explain(), due.filter(pk__in=[1, 2]).order_by("due", "pk").explain()]
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN QUERY PLAN " + waiting._STATEMENT, ["2026"] * (2 * waiting.MOST_EACH))
                plans += [row[3] for row in cursor.fetchall()]
        steps = [step for plan in plans for step in plan.splitlines() if "node_delivery" in step or "work" in step]
        # The one scan is of the first row of an index; what is sorted are the few rows that were chosen by key.
        scans = [step for step in steps if "SCAN" in step]
        assert scans == ["SCAN node_delivery USING COVERING INDEX delivery_by_peer_due"]
        assert all("USING" in step for step in steps)


@pytest.mark.sqlite
def test_what_waits_was_sent_and_came_is_counted_in_indexes_alone_and_readiness_asks_for_none_of_it(
    tmp_path: Path,
) -> None:
    with World(tmp_path) as world:
        node = world.nodes["XC"]
        world.send("XC", "XD")
        with statements(node.database) as seen:
            line_counts(node)
        cursor = connections[node.database].cursor()
        steps = [row[3] for each in seen if "COUNT(*)" in each for row in cursor.execute("EXPLAIN QUERY PLAN " + each)]
        assert [step for step in steps if "_counted" in step] == [
            "SCAN node_delivery USING COVERING INDEX delivery_counted",
            "SCAN node_outgoingcopy USING COVERING INDEX outgoing_copy_counted",
            "SCAN node_incomingcopy USING COVERING INDEX incoming_counted",
        ]
        with statements(world.nodes["XD"].database) as seen:
            assert world.network.ask("xd.example:8443", HttpRequest("GET", "/readyz")).status == 200
        assert not [each for each in seen if "COUNT" in each]


def test_counts_are_told_anew_after_a_moment_and_not_each_time(tmp_path: Path) -> None:
    with World(tmp_path) as world:

        def received() -> bool:
            answer = world.network.ask("xd.example:8443", HttpRequest("GET", "/metrics"))
            return b"liaison_received_accepted 1" in answer.body.split(b"\n")

        assert not received()
        world.send("XC", "XD")
        assert not received()
        world.advance(seconds=5)
        assert received()
