"""Do the promises hold in a world of nodes?"""

from __future__ import annotations

import tests.with_django  # noqa: F401
