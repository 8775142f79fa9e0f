"""Does a batch reach each of its recipients once, whatever becomes of the sender on the way?"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.scenarios.fleet import SENDER, Fleet


@pytest.mark.sqlite
@pytest.mark.parametrize(("recipients", "groups"), [(8, 2), pytest.param(120, 6, marks=pytest.mark.soak)])
def test_a_batch_whose_sender_is_killed_half_way_reaches_everybody_once(
    tmp_path: Path, recipients: int, groups: int
) -> None:
    with Fleet(tmp_path, recipients=recipients, groups=groups) as fleet:
        fleet.hang(0)  # Its recipients take the message and answer nothing, so the kill comes before their receipts.
        fleet.world.start(SENDER)
        fleet.send("Seen at the border router.")
        wait_for(fleet, recipients // 2)
        fleet.world.kill(SENDER)
        assert fleet.receipted() < recipients
        fleet.wake(0)
        fleet.world.start(SENDER)
        wait_for(fleet, recipients)
        assert fleet.held() == [1] * recipients


def wait_for(fleet: Fleet, receipts: int) -> None:
    deadline = time.monotonic() + 120
    while fleet.receipted() < receipts:
        assert time.monotonic() < deadline, fleet.receipted()
        time.sleep(0.001)
