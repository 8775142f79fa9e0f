"""Does what lies in a letter box arrive once, whoever is unreachable, killed or lying?"""

from __future__ import annotations

import tests.with_django  # noqa: F401
