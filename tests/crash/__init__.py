"""Does a notice survive kill -9, wherever it strikes?"""

from __future__ import annotations

import tests.with_django  # noqa: F401
