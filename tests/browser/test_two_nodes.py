"""Can two officers who have never seen the pages bring a notice from one node to the other and prove it afterwards?

Both nodes run as they are served to people, in processes of their own; the pages are used by what stands on them.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
import time
from base64 import b32decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.processes import Processes

WAIT = 30_000  # milliseconds, for what goes from node to node by itself on a busy machine
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    with Processes(tmp_path_factory.mktemp("two"), "XC", "XD", pages=True) as found:
        for code in ("XC", "XD"):
            found.start(code)
        yield found


def invited(nodes: Processes, code: str, login: str) -> str:
    """A fresh invitation to the duty desk of a State."""
    words = ("officer", "add", login, "--name", f"Officer {login}", "--role", "officer", "--role", "approver")
    return str(nodes.run(code, *words)["link"])


def with_passkey(page: Any, link: str) -> None:
    """Come by the invitation, make a passkey, sign out and in again with it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    page.goto(link)
    page.click("main button")
    page.click("text=Make a passkey")
    page.wait_for_url("**/d/**")
    page.click("text=Sign out")
    page.click("text=Sign in with a passkey")
    page.wait_for_url("**/d/**")


def with_password(page: Any, link: str) -> None:
    """The same where no script runs: a password and the codes of an authenticator."""
    page.goto(link)
    page.click("main button")
    page.click("text=Set up a password")
    secret = page.locator("code").first.inner_text().replace(" ", "")
    password = "correct horse battery staple 7"
    for name in page.eval_on_selector_all("main input[type=password]", "all => all.map(each => each.name)"):
        page.fill(f"[name={name}]", password)
    page.fill("main [name=code]", one_time_code(secret))
    page.click("main button.main")
    page.goto(link.partition("/join/")[0] + "/")
    if "/d/" not in page.url:
        page.click("main a.button, main button.main")
    page.wait_for_url("**/d/**")


def one_time_code(secret: str) -> str:
    """What an authenticator shows now (RFC 6238 with 30 seconds and six digits)."""
    key = b32decode(secret.upper() + "=" * (-len(secret) % 8))
    mark = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1)
    start = mark[-1] & 15
    return f"{(struct.unpack('>I', mark[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def write_notice(page: Any, to: str, title: str) -> None:
    """From the desk to the page that says who has it."""
    page.click("nav >> text=Write")
    page.click("text=Incident notice")
    page.fill("[name=add]", to)
    page.click("button[value=add]:not(.default)")
    page.click("button.main")
    page.check("[name=stage][value=notification]")
    page.check("[name=urgency][value=urgent]")
    page.click("button.main")
    page.fill("[name='field.title']", title)
    page.select_option("[name='field.incident_type']", "information-gathering:scanner")
    page.check("[name='field.expectation'][value='for-information']")
    page.click("button.main")
    page.click("text=Go on")
    page.wait_for_url("**/check")
    page.click("text=Sign, seal and send now")
    page.wait_for_url("**/sent/**")


def until(page: Any, words: str) -> None:
    """Load the page again until it says so."""
    deadline = time.monotonic() + WAIT / 1000
    while words not in page.locator("main").inner_text() and time.monotonic() < deadline:
        page.wait_for_timeout(500)
        page.reload()
    assert words in page.locator("main").inner_text()


def acknowledged_and_proven(nodes: Processes, sender: Any, recipient: Any, title: str, folder: Path) -> None:
    """The other side acknowledges in one action; the sender sees it and hands on a transcript that verifies."""
    until(recipient, title)
    recipient.locator("li", has_text=title).locator("text=Acknowledge").first.click()
    recipient.wait_for_load_state()
    sender.click("nav >> text=Cases")
    sender.click(f"text={title}")
    until(sender, "cknowledged")
    sender.click("main a[href$=transcript]")
    with sender.expect_download() as download:
        sender.click("text=Download the transcript")
    file = folder / "case.transcript"
    download.value.save_as(file)
    anchor = folder / "anchor"
    nodes.run("XC", "register", "anchor", "--out", str(anchor), "--at", f"{nodes.url('XC')}#{'0' * 64}")
    report = nodes.run("XC", "verify", "transcript", str(file), "--anchor", str(anchor))
    assert report["proven"]
    assert {each["form"] for each in report["statements"]} == {"incident-notice", "acknowledgement"}


def test_a_notice_is_sent_acknowledged_and_proven_by_officers_with_passkeys(
    chromium: Any, page: Any, nodes: Processes, tmp_path: Path
) -> None:
    other = chromium.new_context().new_page()
    with_passkey(page, invited(nodes, "XC", "one"))
    with_passkey(other, invited(nodes, "XD", "two"))
    write_notice(page, "XD", "Scanning seen with scripts")
    acknowledged_and_proven(nodes, page, other, "Scanning seen with scripts", tmp_path)
    other.context.close()


def test_the_same_works_where_no_script_runs(chromium: Any, nodes: Processes, tmp_path: Path) -> None:
    contexts = [chromium.new_context(java_script_enabled=False) for _ in range(2)]
    page, other = (context.new_page() for context in contexts)
    with_password(page, invited(nodes, "XC", "three"))
    with_password(other, invited(nodes, "XD", "four"))
    write_notice(page, "XD", "Scanning seen without scripts")
    acknowledged_and_proven(nodes, page, other, "Scanning seen without scripts", tmp_path)
    for context in contexts:
        context.close()
