"""Do the pages show officers what is there, let them do what they may, and keep desks apart?"""

from __future__ import annotations

import tests.with_django  # noqa: F401
