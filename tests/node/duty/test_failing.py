"""Does somebody hear of it when a gateway takes nothing, or a way reaches nobody, before the last one fails too?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from liaison.errors import UnreachableError
from liaison.node.reads.duty.failing import FAILING_AFTER, failing_at, failing_gateways
from liaison.node.services.care.findings import State
from liaison.node.services.care.telling import check_telling
from liaison.node.services.escalation.methods import try_method
from liaison.node.unit_of_work import reading
from liaison.officers.permissions import Role
from tests.node.duty.desk import Stage, staffed
from tests.node.test_doctor import WELL
from tests.web.visiting import visit

DOWN = UnreachableError("notice-not-taken")
REFUSED = UnreachableError("notice-refused", permanent=True)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staffed(tmp_path, "ada", "bo") as stage:
        yield stage


def tries(stage: Stage, count: int, login: str = "ada") -> None:
    """So many tests of the first way of an officer, a minute apart."""
    for _ in range(count):
        try_method(stage.node, stage.officers[login], 1 + list(stage.officers).index(login))
        stage.run()
        stage.world.advance(minutes=1)


def doctor(stage: Stage) -> tuple[State, str, str]:
    with reading(stage.node):
        found = check_telling(stage.node, WELL)
    return found.state, found.code, found.said()[0]


def test_a_gateway_that_is_always_stood_in_for_is_named_before_the_other_fails_too(stage: Stage) -> None:
    stage.phones.down["sms-one"] = DOWN
    begun = stage.node.clock.now()
    tries(stage, FAILING_AFTER - 1)
    assert failing_gateways(stage.node) == ()
    assert doctor(stage)[:2] == (State.OK, "telling-well")
    tries(stage, 1)
    (found,) = failing_gateways(stage.node)
    assert (found.provider, found.tries, found.since, found.stood_in) == ("sms-one", FAILING_AFTER, begun, True)
    state, code, said = doctor(stage)
    assert (state, code) == (State.WARN, "telling-gateway-failing")
    assert "'sms-one' (sms) took none of the last 3 notifications, since 2026-11-22T03:02:00Z" in said
    page = visit(stage.world, "XD", Role.OFFICER).see()
    assert "Another gateway takes it" in page
    assert "sms-one" in page
    stage.phones.down.clear()
    tries(stage, 1)
    assert failing_gateways(stage.node) == ()
    assert "Another gateway takes it" not in visit(stage.world, "XD", Role.OFFICER).see()


def test_an_officer_whom_no_way_reaches_is_told_to_the_desk_and_to_the_doctor(stage: Stage) -> None:
    stage.phones.down |= {"sms-one": REFUSED, "sms-two": REFUSED}
    tries(stage, FAILING_AFTER)
    desk = stage.world.desk("XD")
    found = failing_at(stage.node, stage.world.register, desk)
    assert [each.name for each in found.officers] == ["Ada"]
    assert [each.stood_in for each in found.gateways] == [False, False]
    page = visit(stage.world, "XD", Role.OFFICER).see()
    assert "Telephone, or put somebody else on duty" in page
    assert "by their other ways alone" in page
    stage.phones.down.clear()
    stage.reach("ada", "email", "ada@xd.example")
    tries(stage, 1, "bo")  # Both gateways are up again, first the one, then the other.
    stage.phones.down["sms-one"] = DOWN
    tries(stage, 1, "bo")
    assert doctor(stage)[:2] == (State.WARN, "telling-ways-failing")
    assert failing_at(stage.node, stage.world.register, desk).officers == ()  # The mail still reaches her.
    assert failing_at(stage.world.nodes["XC"], stage.world.register, stage.world.desk("XC")).officers == ()


def test_what_nobody_knows_the_end_of_says_nothing_of_a_gateway(stage: Stage) -> None:
    from liaison.node.services.escalation.sending import free_tries, take_due

    for _ in range(2 * FAILING_AFTER):
        try_method(stage.node, stage.officers["ada"], 1)
        for _ in range(3):
            take_due(stage.node, most=9)  # It leaves, and the worker dies.
            free_tries(stage.node, [])
    assert failing_gateways(stage.node) == ()
