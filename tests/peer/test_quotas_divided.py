"""Do several web processes together let through what one alone would?"""

from __future__ import annotations

import pytest

from liaison.errors import NotNowError
from liaison.peer.quotas import KNOWN, STRANGER, Allowance, Quotas, divided_quotas


def _let_through(doors: list[Quotas], *, known: bool, now: float) -> int:
    passed = 0
    for door in doors:
        with pytest.raises(NotNowError):
            while True:
                if known:
                    door.take("XC", 0, now=now)
                else:
                    door.take_unknown("192.0.2.1", 0, now=now)
                passed += 1
    return passed


@pytest.mark.parametrize("processes", [1, 2, 4])
@pytest.mark.parametrize(("known", "whole"), [(True, KNOWN), (False, STRANGER)])
def test_all_processes_together_let_through_one_allowance(processes: int, known: bool, whole: Allowance) -> None:
    doors = [divided_quotas(processes) for _ in range(processes)]
    assert _let_through(doors, known=known, now=0.0) == whole.requests
    assert _let_through(doors, known=known, now=1.0) == whole.requests_each_second


def test_ten_thousand_notices_that_queued_while_a_line_was_down_pass_at_one_go() -> None:
    door = Quotas()
    for _ in range(10_000):
        door.take("XC", 12_000, now=0.0)
