"""Is a marking that is none refused by name, rather than by a fault of ours?"""

from __future__ import annotations

from typing import Any

import pytest

from liaison.errors import UsageError
from liaison.messages.forms.sharing import check_sharing
from liaison.messages.parties import DeskRef


def test_an_unknown_marking_is_refused() -> None:
    desk, unknown = DeskRef("a" * 64, "main", "duty"), "<b>amber</b>"
    given: Any = unknown
    with pytest.raises(UsageError, match="label-unknown"):
        check_sharing(given, [desk], hosted=[desk])
