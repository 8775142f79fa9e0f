"""Tests of the catalogues, of the tools that keep them, and of the words the pages take from them."""

from __future__ import annotations

import tests.with_django  # noqa: F401 - sets Django up first
