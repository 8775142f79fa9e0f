"""Before whose pages does a test stand that says nothing else? Those of XC, alone in its register."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """One node; a module whose tests need more has a world of its own."""
    with World(tmp_path, codes=("XC",)) as made:
        yield made
