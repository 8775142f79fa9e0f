"""Which terminal does a test of the commands sit at?"""

from __future__ import annotations

import pytest

from tests.cli.homes import Terminal


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal without a credential or home in its environment."""
    for name in ("LIAISON_HOME", "LIAISON_CREDENTIAL", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return Terminal(capsys)
