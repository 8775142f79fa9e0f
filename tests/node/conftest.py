"""Which story does a test of the node begin with? One where the register was just opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import tests.with_django  # noqa: F401
from tests.node.stories import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    """A secretariat that opened a rehearsal register."""
    told = Story(tmp_path)
    yield told
    told.close()
