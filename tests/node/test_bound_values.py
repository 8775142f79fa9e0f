"""Does what a row is written with come back as it was, however often its statement ran?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from liaison.node.databases import RUNS_BEFORE_PREPARED
from liaison.node.models import FollowedRegister
from liaison.node.unit_of_work import unit_of_work
from liaison.node.work.statements import change, fetch, read
from tests.world import World

BYTES = bytes(range(256)) * 40
MOMENT = datetime(2026, 11, 22, 3, 2, 1, 250_000, tzinfo=UTC)


def test_bytes_and_texts_come_back_as_they_were_before_and_after_the_server_keeps_the_statement(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC",)) as world, unit_of_work(world.nodes["XC"]):
        for number in range(2 * RUNS_BEFORE_PREPARED):
            data, text = BYTES[number:], f"%s ? {number} '' \\ \" é"
            change(FollowedRegister, world.register, checkpoint=data, title=text)
            found = fetch(FollowedRegister, ("checkpoint", "title"), register=world.register, title=text)
            assert [(bytes(each), title) for each, title in found] == [(data, text)]


def test_numbers_moments_and_nothing_come_back_as_they_were(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC",)) as world, unit_of_work(world.nodes["XC"]):
        for size in (0, 1, 2**15, 2**31 - 1) * RUNS_BEFORE_PREPARED:
            for moment in (MOMENT, None):
                change(FollowedRegister, world.register, trusted_size=size, checked_at=moment, stopped="")
                row = read(FollowedRegister, lock=True, register=world.register)
                assert row is not None
                assert (row.trusted_size, row.checked_at, row.stopped) == (size, moment, "")
