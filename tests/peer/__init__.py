"""Does the peer door let in what it should, and nothing else?"""

from __future__ import annotations

import tests.with_django  # noqa: F401
