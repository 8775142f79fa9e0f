"""Do the doctor and what follows a restore work on every engine, PostgreSQL too?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from liaison.errors import NotNowError
from liaison.node.reads.memory import forget
from liaison.node.reads.own import current_epoch
from liaison.node.services.care.doctor import CHECKS, examine
from liaison.node.services.care.restore import begin_restored_life, open_restored
from liaison.node.services.care.surroundings import Surroundings
from liaison.node.services.line.sending import send_letter
from tests.register.registry import LETTER
from tests.world import World

AROUND = Surroundings(Path("/run/credential"), (), (), free=50, total=100, worker=None, tls=LETTER)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path) as world:
        yield world


def test_every_check_finds_something_to_say(world: World) -> None:
    world.send("XC", "XD")
    findings = examine(world.nodes["XC"], AROUND)
    assert [each.check for each in findings] == [name for name, _ in CHECKS]
    assert [each.check for each in findings if each.code == "database-silent" or not each.said()[0]] == []


def test_tables_put_back_by_the_engines_own_means_wait_for_the_operator_too(world: World) -> None:
    node = world.nodes["XC"]
    before = current_epoch(node)
    assert before != begin_restored_life(node) == current_epoch(node)
    with pytest.raises(NotNowError, match="node-read-only"):
        send_letter(node, world.letter("XC", "XE"))
    open_restored(node, alone=True)
    forget(node)
    assert send_letter(node, world.letter("XC", "XE"))
