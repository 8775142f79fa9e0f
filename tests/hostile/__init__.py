"""What happens to bad input? It is refused or voided with its reason, and nothing else changes."""

from __future__ import annotations

import tests.with_django  # noqa: F401
