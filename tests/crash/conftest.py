"""Where do the nodes of every crash test come from? One nursery and one pair of homes a session, copied each time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.crash.homes import build_homes, remove_homes
from tests.crash.stage import Nursery, Stage

Staging = Callable[..., Stage]


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    with Nursery() as running:
        yield running


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("homes") / "pair"
    build_homes(folder)
    yield folder
    remove_homes(folder)


@pytest.fixture
def stage(nursery: Nursery, homes: Path, tmp_path: Path) -> Staging:
    """A new stage on fresh copies of the homes."""

    def build(**settings: Any) -> Stage:
        return Stage(nursery, homes, tmp_path / "stage", **settings)

    return build
