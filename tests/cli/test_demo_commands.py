"""Does each of several commands that the demonstration runs at once come back with its own exit code?"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

from liaison.cli.demo.places import COMMANDS, exit_of

AT_ONCE, ROUNDS = 8, 25


def test_commands_that_run_at_once_each_come_back_with_their_own_exit_code() -> None:
    def run(number: int) -> int | None:
        return exit_of(COMMANDS.Process(target=sys.exit, args=(number % 3,)))

    wanted = range(AT_ONCE * ROUNDS)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert list(pool.map(run, wanted)) == [number % 3 for number in wanted]
