"""One real browser a module of tests: Debian's Chromium, driven by Playwright, with nothing downloaded.

It ends with the module, for Playwright keeps an event loop running in its thread, beside which a test that comes later
in the same process cannot run one of its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.parts import needs


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """The browser."""
    path = needs("chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=options)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A fresh window without cookies; a script error or a refused script fails the test."""
    context = chromium.new_context(locale="en-GB", timezone_id="Africa/Nairobi")
    window = context.new_page()
    errors: list[str] = []
    window.on("pageerror", lambda error: errors.append(str(error)))
    window.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    yield window
    context.close()
    assert not errors, errors
