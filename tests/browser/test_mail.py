"""Do the pages about mail fit a narrow screen, from right to left too?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from liaison.node.services.mail.fetching import fetch_mail
from tests.browser.officers import enter
from tests.browser.serving import served
from tests.browser.test_cases import WIDER
from tests.mailing import mailing_world, reply, send
from tests.scenarios.test_mail import ASKS


def test_pages_of_mail_fit_a_narrow_screen_from_right_to_left(page: Any, tmp_path: Path) -> None:
    with mailing_world(tmp_path) as (world, post, peer), served(world, "XC") as address:
        case = send(world, fields=ASKS)
        post.box.append(reply(post, peer, "We have blocked it.", files={"log.txt": b"x"}))
        post.box.append(reply(post, peer, "Send it to me.", signer="eve@xe.example"))
        fetch_mail(world.nodes["XC"])
        for language, width in (("en", 1200), ("ar", 320)):
            desk = enter(world, "XC", page, address, language=language)
            page.set_viewport_size({"width": width, "height": 900})
            for tail in ("", f"cases/{case}/", "mailboxes/"):
                page.goto(desk + tail)
                assert not page.evaluate(WIDER), (language, tail)
                if os.environ.get("SHOTS"):
                    name = f"{language}-{tail.strip('/').partition('/')[0] or 'desk'}.png"
                    page.screenshot(path=f"{os.environ['SHOTS']}/{name}", full_page=True)
