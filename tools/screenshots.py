"""What do the pages look like? Makes the pictures of README and docs/using from a world of fictional States.

    python -m tools.screenshots            writes docs/using/screenshots/*.png

Invariants: the same pages, texts and times each time, as clock and keys are those of tests; identifiers are drawn anew.
Needs Debian's Chromium.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.officers import enter
from tests.browser.serving import served
from tests.parts import PARTS
from tests.world import NOTICE, World

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FOLDER = Path(__file__).parent.parent / "docs" / "using" / "screenshots"
PHONE, SCREEN = {"width": 390, "height": 780}, {"width": 1100, "height": 760}


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: its name, the page below the desk, the language, and whether on a telephone."""

    name: str
    page: str
    language: str = "en"
    phone: bool = False


def shots(world: World, case: str) -> Iterator[Shot]:
    """The pictures there are."""
    other = world.desk("XD").participant
    yield Shot("desk", "")
    yield Shot("desk-arabic", "", language="ar")
    yield Shot("desk-phone", "", phone=True)
    yield Shot("find", "find/?q=XD")
    yield Shot("contact-centre", f"centres/{other}/duty/")
    yield Shot("case", f"cases/{case}/")
    yield Shot("reply", f"cases/{case}/say/reply")
    yield Shot("register", "register/")
    yield Shot("log-entry", "register/log/9/")


def furnish(world: World) -> str:
    """What happened in the night; the case to show."""
    title = {"title": {"lang": "en", "text": "Login attempts from 198.51.100.0/24"}}
    told = NOTICE | title | {"incident_type": "intrusion-attempts:brute-force", "expectation": "answer-asked"}
    world.send("XC", "XE")
    world.advance(minutes=14)
    urgent = {"urgency": "urgent", "wanted_by": "2026-11-22T05:00:00Z"}
    case = world.send("XD", "XC", fields=told, **urgent)[0].case
    world.advance(minutes=6)
    return case


def main() -> int:
    """Make every picture; exit code 1 where there is no Chromium."""
    chromium = PARTS["chromium"].path()
    if chromium is None:
        print("apt-get install", *PARTS["chromium"].packages, file=sys.stderr)
        return 1
    from playwright.sync_api import sync_playwright

    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, World(Path(folder)) as world, served(world, "XC") as address:
        case = furnish(world)
        with sync_playwright() as playwright:
            options = ["--no-sandbox"] if os.geteuid() == 0 else []
            browser = playwright.chromium.launch(executable_path=chromium, args=options)
            for shot in shots(world, case):
                take(browser, world, address, shot)
            browser.close()
    return 0


def take(browser: Browser, world: World, address: str, shot: Shot) -> None:
    """One picture."""
    context = browser.new_context(viewport=PHONE if shot.phone else SCREEN, color_scheme="light")
    page = context.new_page()
    base = enter(world, "XC", page, address, language=shot.language)
    page.goto(base + shot.page)
    page.screenshot(path=FOLDER / f"{shot.name}.png", full_page=False)
    print(FOLDER / f"{shot.name}.png")
    context.close()


if __name__ == "__main__":
    raise SystemExit(main())
