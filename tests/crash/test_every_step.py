"""Does a notice survive when a node is killed before and after each durable step of its whole life?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.crash.conftest import Staging
from tests.crash.invariants import no_receipt_without_a_copy, nothing_lost_nothing_twice
from tests.crash.stage import Stage

TABLE = b"address,port,seen\n192.0.2.1,22,2026-11-22T03:00:00Z\n" * 1000


TOGETHER = 3
"""The first of them goes alone, because the peer has not answered yet."""

Story = Callable[[Stage], None]


def one_notice(stage: Stage) -> None:
    stage.tell(TABLE)


def several_in_one_request(stage: Stage) -> None:
    stage.send_together("xc", TOGETHER)


def life(stage: Stage, story: Story = one_notice) -> None:
    """Tell the story with what happens to it, bring everybody back, and judge."""
    story(stage)
    stage.revive()
    facts = [stage.facts(each) for each in ("xc", "xd")]
    no_receipt_without_a_copy(*facts)
    no_receipt_without_a_copy(*reversed(facts))
    stage.recover()
    stage.acknowledge("xd")
    stage.recover()
    nothing_lost_nothing_twice(stage.facts("xc"), stage.facts("xd"), stage.accepted)


def steps_of(staging: Staging, code: str, story: Story = one_notice) -> list[str]:
    """The steps that a node takes in a life without accidents."""
    with staging() as stage:
        story(stage)
        steps: list[str] = stage.order(code, "steps")
        nothing_lost_nothing_twice(stage.facts("xc"), stage.facts("xd"), stage.accepted)
        assert len(stage.accepted) == (2 if story is one_notice else TOGETHER)
    return steps


def killed_at_each_step(staging: Staging, code: str, *, both: bool, story: Story = one_notice) -> None:
    steps = steps_of(staging, code, story)
    assert {"before commit", "after commit"} <= set(steps)
    for number, name in enumerate(steps):
        with staging(deadly={code: number}, both=both) as stage:
            try:
                life(stage, story)
            except AssertionError as error:
                raise AssertionError(f"{code} killed at step {number} of {len(steps)}: {name}") from error
            assert stage.died[:1] == [code]


def test_a_sender_may_be_killed_at_any_step(stage: Staging) -> None:
    killed_at_each_step(stage, "xc", both=False)


def test_a_receiver_may_be_killed_at_any_step(stage: Staging) -> None:
    killed_at_each_step(stage, "xd", both=False)


def test_messages_in_one_request_share_its_commits(stage: Staging) -> None:
    requests = 2
    commits = {code: steps_of(stage, code, several_in_one_request).count("after commit") for code in ("xc", "xd")}
    assert commits == {"xc": TOGETHER + requests, "xd": requests}


@pytest.mark.parametrize("code", ["xc", "xd"])
def test_a_node_may_be_killed_at_any_step_of_several_messages_in_one_request(stage: Staging, code: str) -> None:
    killed_at_each_step(stage, code, both=False, story=several_in_one_request)


@pytest.mark.soak
@pytest.mark.parametrize("code", ["xc", "xd"])
def test_both_may_be_killed_at_any_step_of_either(stage: Staging, code: str) -> None:
    killed_at_each_step(stage, code, both=True)
