"""Does a node keep an officer from relying on keys that are not what they seem?"""

from __future__ import annotations

from pathlib import Path

import pytest

from liaison.errors import VerificationError
from liaison.register import bodies, records
from tests.register.registry import RegisterBuilder, small_register
from tests.world import World


def with_key_of(registry: RegisterBuilder, thief: str, owner: str) -> RegisterBuilder:
    """The registry after `thief` published the sealing key of `owner` as its own."""
    part = registry.record(records.SealingKey(key=registry.sealing(f"{owner}/duty").public))
    address = registry.record(records.Addresses(ways=()))
    keys = bodies.DeskKeys(desk="duty", sealing=part, openpgp=None)
    registry.by_node(bodies.NodePublished(desks=(keys,), tls=(), address=address), thief)
    return registry


def test_nothing_is_sealed_with_a_key_that_another_participant_named_first(tmp_path: Path) -> None:
    registry = with_key_of(small_register("XC", "XD", "XE"), "XE", "XD")
    with World(tmp_path, registry=registry) as world:
        world.send("XC", "XD")
        with pytest.raises(VerificationError, match="sealing-key-shared"):
            world.send("XC", "XE")
