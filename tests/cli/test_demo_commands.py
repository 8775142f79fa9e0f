"""Does the demonstration hear how each of its commands ended, however many run side by side?"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from liaison.cli.demo.places import exit_code

SIDE_BY_SIDE, COMMANDS, GOOD = 8, 40, 3


def test_the_end_of_each_command_is_heard_while_others_begin() -> None:
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        codes = list(pool.map(lambda _: exit_code(os._exit, GOOD), range(COMMANDS)))
    assert codes == [GOOD] * COMMANDS
