"""What happens when the disk is full or broken? Nothing is confirmed that is not durable, and work goes on afterwards.

Invariants: the same that hold after kill -9; and the process that met the fault goes on without a new start.
"""

from __future__ import annotations

import pytest

from tests.crash.conftest import Staging
from tests.crash.invariants import no_receipt_without_a_copy, nothing_lost_nothing_twice
from tests.crash.stage import Stage
from tests.crash.test_every_step import TABLE
from tests.crash.tracing import injected

WRITES = ("write", "pwrite64", "fdatasync", "fsync")
FAULTS = {
    "full": (("pwrite64", "ftruncate"), "error=ENOSPC"),
    "broken": (("pwrite64",), "error=EIO"),
    "not synced": (("fdatasync", "fsync"), "error=EIO"),
    "not synced once": (("fdatasync", "fsync"), "error=EIO:when=1"),
}


def judged(stage: Stage, others: int) -> None:
    """Everybody still lives; what follows, and all that was accepted before, arrives."""
    stage.recover()
    stage.send("xc", TABLE)
    stage.recover()
    stage.acknowledge("xd")
    stage.recover()
    facts = stage.facts("xc"), stage.facts("xd")
    nothing_lost_nothing_twice(*facts, stage.accepted)
    assert len(facts[1].inbox) == others + 1
    assert stage.died == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_receiver_whose_disk_refuses_says_not_now_and_takes_it_later(stage: Staging, fault: str) -> None:
    calls, how = FAULTS[fault]
    with stage() as built:
        built.send("xc")
        with injected(built.live["xd"][0], calls, how):
            built.send("xc", TABLE)
            no_receipt_without_a_copy(built.facts("xc"), built.facts("xd"))
        judged(built, others=2)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_sender_whose_disk_refuses_accepts_nothing_and_says_so(stage: Staging, fault: str) -> None:
    calls, how = FAULTS[fault]
    with stage() as built:
        built.send("xc")
        with injected(built.live["xc"][0], calls, how):
            assert built.refusal("xc", "send", TABLE) == "storage-refused"
        judged(built, others=1)
