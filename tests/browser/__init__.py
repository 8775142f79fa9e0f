"""Do the pages work in a real browser: by keyboard, without scripts, from right to left, on a narrow screen?"""

from __future__ import annotations

import os

import tests.with_django  # noqa: F401

# Playwright keeps an event loop in the thread of the test, which is no reason for Django not to read its tables there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
