"""Do two central authorities get from preservation to a longer one in real browsers, in Arabic and in French?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from liaison.web.languages import find_language
from tests.browser.checking import wrong_with
from tests.browser.officers import enter
from tests.browser.serving import served
from tests.cooperation.evidence.records import FILES
from tests.node.cooperation.dossier import UN, Dossier
from tests.node.evidence.exchange import Exchange

WIDTHS = (1200, 320)


def look(page: Any, address: str, language: str, name: str) -> None:
    """A page is for everybody, wide and narrow."""
    page.goto(address)
    look_here(page, language, name)


def look_here(page: Any, language: str, name: str) -> None:
    """The same of the page that stands there, as after a form was sent."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if os.environ.get("SHOTS"):
            page.screenshot(path=f"{os.environ['SHOTS']}/{name}-{language}-{width}.png", full_page=True)
        assert not wrong_with(page, find_language(language)), (language, name, width)
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})


ASKED = {
    "instrument": UN,
    "basis": "courtesy",
    "authority": "Parquet de XC",
    "own_reference": "XC-2026-17",
    "offence": "Accès illégal",
    "facts": "Un serveur de messagerie a été attaqué.",
    "data": "Courriels et journaux du compte.",
    "data_link": "Le compte a envoyé les fichiers volés.",
    "assistance_intended": "yes",
}


def fill(page: Any, chosen: dict[str, str]) -> None:
    """Fill fields in, also those that wait under "more"."""
    page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true })")
    for name, value in chosen.items():
        field = page.locator(f"[name='field.{name}']").first
        kind, tag = field.get_attribute("type"), field.evaluate("each => each.tagName")
        if kind == "radio":
            page.check(f"[name='field.{name}'][value='{value}']")
        elif tag == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def go_on(page: Any) -> None:
    page.click("form[data-saved] button.main[value=next]")


def ask(page: Any, base: str) -> None:
    """Write a request page by page, be told what is still to be said, say it, look once more, and send it."""
    page.goto(f"{base}write/")
    page.click("button[value=preservation-request]")
    page.fill("#add", "XD")
    page.press("#add", "Enter")
    page.wait_for_selector("input[name=to]", state="attached")
    go_on(page)
    page.check("input[name=urgency][value=urgent]")
    go_on(page)
    fill(page, ASKED)
    go_on(page)
    assert page.locator("main .errors a[href='#field-necessity']").count() == 1
    fill(page, {"necessity": "Le fournisseur efface tout après dix jours."})
    go_on(page)
    page.click("main a.button.main")
    look_here(page, "fr", "check")
    assert "XC-2026-17" in page.locator("main").inner_text()
    page.click("#seen button.main")
    page.wait_for_url("**/write/sent/**")


def take(page: Any, link: str, **chosen: str) -> None:
    """Take a step: its link, its form, the last look, the press that sends it."""
    page.click(f"main a[href*='{link}']")
    fill(page, chosen)
    page.click("main form button.main")
    page.click("main button[value='send']")
    page.wait_for_url("**/?said=sent")


def test_data_are_preserved_and_kept_longer_one_side_in_arabic_and_one_in_french(page: Any, tmp_path: Path) -> None:
    dossier = Dossier(tmp_path)
    with dossier.world as world, served(world, "XC") as ours, served(world, "XD") as theirs:
        ask(page, enter(world, "XC", page, ours, language="fr"))
        world.work()
        (root,) = {each.root for each in dossier.list("XD")}
        there = enter(world, "XD", page, theirs, language="ar")
        look(page, f"{there}requests/", "ar", "list")
        page.click("main .head a")
        take(page, "decision=accepted&field.execution=not-begun")
        world.work()
        assert dossier.state("XC", root) == "accepted"
        world.advance(minutes=1)
        page.goto(f"{there}requests/{root}/")
        take(page, "executed&field.last=yes", secured="all")
        world.work()
        here = enter(world, "XC", page, ours, language="fr")
        look(page, f"{here}requests/{root}/", "fr", "request")
        look(page, f"{here}requests/dates", "fr", "dates")
        before = dossier.request("XC", root).clocks
        world.advance(minutes=1)
        page.goto(f"{here}requests/{root}/")
        said = {"basis": "courtesy", "extension_reason": "Le tribunal n'a pas statué.", "assistance_intended": "yes"}
        take(page, "say/preservation-extension", **said)
        world.work()
        world.advance(minutes=1)
        (more,) = {each.root for each in dossier.list("XD")} - {root}
        there = enter(world, "XD", page, theirs, language="ar")
        page.goto(f"{there}requests/{more}/")
        take(page, "executed&field.last=yes", secured="all")
        world.work()
        look(page, f"{there}requests/{root}/", "ar", "request")
        assert dossier.state("XC", root) == dossier.state("XD", root) == "extended"
        kept = [each.clock.due.at for each in dossier.request("XC", root).clocks if each.clock.lapses]
        assert kept > [each.clock.due.at for each in before if each.clock.lapses]
        for name in ("instruments/", "instruments/un-cybercrime-2024/", "instruments/between", "requests/spoken"):
            look(page, there + name, "ar", name.strip("/").replace("/", "-"))
        english = enter(world, "XD", page, theirs, language="en")
        look(page, f"{english}requests/{root}/", "en", "request")
        look(page, f"{english}requests/", "en", "list")


CONDITIONS = {
    "purpose": "دعوى احتيال",
    "onward": "ask-first",
    "confidentiality": "persons-of-the-case",
    "ending": "destroy",
    "ends_by": "2027-12-31T00:00",
}


def test_evidence_goes_over_and_the_record_of_its_destruction_comes_back_in_arabic_and_in_french(
    page: Any, tmp_path: Path
) -> None:
    with Exchange(tmp_path) as world, served(world, "XC") as ours, served(world, "XD") as theirs:
        here = enter(world, "XC", page, ours, language="ar")
        page.goto(f"{here}cases/{world.case}/")
        page.click("main a[href$='evidence/add']")
        look_here(page, "ar", "evidence-add")
        page.fill("#what", "صورة قرص")
        page.click("main form button.main")
        files = [{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in FILES.items()]
        page.set_input_files("#file", files)
        look_here(page, "ar", "evidence-files")
        page.click("main form button.main")
        page.wait_for_url("**/?said=evidence-added")
        (evidence,) = world.has("XC")
        page.click("main a[href$='hand-over']")
        assert page.input_value("#to") == "XD/duty"
        fill(page, CONDITIONS)
        look_here(page, "ar", "hand-over")
        page.click("main form button.main")
        look_here(page, "ar", "hand-over-check")
        page.click("main button[value='send']")
        page.wait_for_url("**/?said=sent")
        world.settle()
        there = enter(world, "XD", page, theirs, language="fr")
        look(page, f"{there}evidence/{evidence}/", "fr", "evidence")
        assert CONDITIONS["purpose"] in page.locator("main").inner_text()
        page.check("#agreed")
        with page.expect_download() as got:
            page.click("main button[name='position'][value='0']")
        assert Path(got.value.path()).read_bytes() == next(iter(FILES.values()))
        page.goto(f"{there}evidence/{evidence}/ask")
        look_here(page, "fr", "evidence-ask")
        page.goto(f"{there}evidence/{evidence}/destroy")
        page.check("[name='means'][value='erased']")
        page.click("main form button.main")
        page.click("main button.danger")
        page.wait_for_url("**/?said=evidence-destroyed")
        world.settle()
        assert world.read("XD", evidence).state == "destroyed"
        assert world.events("XC", evidence)[-1] == ("destroyed", world.desk("XD"))
