"""Do register and line hold on bad networks: faults of a line, partitions, narrow and lossy lines?"""

from __future__ import annotations

import tests.with_django  # noqa: F401
