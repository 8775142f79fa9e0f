"""What happens when the disk is full or broken? Nothing is confirmed that is not durable, and work goes on afterwards.

Invariants: the same that hold after kill -9. Where the disk was full, the process that met it goes on without a new
start; where a write or a sync failed, it confirms nothing more, whatever the disk says then, until it was started anew.
"""

from __future__ import annotations

import pytest

from tests.crash.conftest import Staging
from tests.crash.invariants import no_receipt_without_a_copy, nothing_lost_nothing_twice
from tests.crash.stage import Stage
from tests.crash.test_every_step import TABLE
from tests.crash.tracing import injected

FULL = (("pwrite64", "ftruncate"), "error=ENOSPC")
FAILURES = {
    "broken": (("pwrite64",), "error=EIO"),
    "not synced": (("fdatasync", "fsync"), "error=EIO"),
    "not synced once": (("fdatasync", "fsync"), "error=EIO:when=1"),
}


def judged(stage: Stage) -> None:
    """What follows, and all that was accepted before, arrives."""
    stage.recover()
    stage.send("xc", TABLE)
    stage.recover()
    stage.acknowledge("xd")
    stage.recover()
    facts = stage.facts("xc"), stage.facts("xd")
    nothing_lost_nothing_twice(*facts, stage.accepted)
    assert stage.died == []


def test_a_receiver_whose_disk_is_full_says_not_now_and_takes_it_later(stage: Staging) -> None:
    with stage() as built:
        built.send("xc")
        with injected(built.live["xd"][0], *FULL):
            built.send("xc", TABLE)
            no_receipt_without_a_copy(built.facts("xc"), built.facts("xd"))
        judged(built)
        assert built.failed == []


def test_a_sender_whose_disk_is_full_accepts_nothing_and_says_so(stage: Staging) -> None:
    with stage() as built:
        built.send("xc")
        with injected(built.live["xc"][0], *FULL):
            assert built.refusal("xc", "send", TABLE) == "storage-refused"
        judged(built)
        assert built.failed == []


@pytest.mark.parametrize("failure", FAILURES)
def test_a_receiver_whose_disk_failed_confirms_nothing_until_it_started_anew(stage: Staging, failure: str) -> None:
    with stage() as built:
        built.send("xc")
        with injected(built.live["xd"][0], *FAILURES[failure]):
            built.send("xc", TABLE)
        before = built.facts("xc").taken
        built.send("xc")
        assert built.facts("xc").taken == before
        no_receipt_without_a_copy(built.facts("xc"), built.facts("xd"))
        judged(built)
        assert built.failed == ["xd"]


@pytest.mark.parametrize("failure", FAILURES)
def test_a_sender_whose_disk_failed_accepts_nothing_until_it_started_anew(stage: Staging, failure: str) -> None:
    with stage() as built:
        built.send("xc")
        with injected(built.live["xc"][0], *FAILURES[failure]):
            first = built.refusal("xc", "send", b"")
        assert (first, built.refusal("xc", "send", b"")) == ("storage-failed", "storage-failed")
        judged(built)
        assert built.failed == ["xc"]
