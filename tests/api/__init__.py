"""Is the door of programs as its document says, and as tight as the pages?"""

from __future__ import annotations

import tests.with_django  # noqa: F401
