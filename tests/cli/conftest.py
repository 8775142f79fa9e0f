"""Which terminal does a test of the commands sit at?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.homes import Terminal, closing_databases


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """A terminal without a credential or home in its environment."""
    for name in ("LIAISON_HOME", "LIAISON_CREDENTIAL", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    with closing_databases():
        yield Terminal(capsys)
