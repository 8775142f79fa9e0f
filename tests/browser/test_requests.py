"""Do two central authorities get from preservation to a record of destruction in a browser, in Arabic and in French?

The story that `liaison demo --story preservation` tells at the terminal, by what stands on the pages alone.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from liaison.cooperation.lifecycle import Event
from liaison.node.reads.cooperation.evidence import list_evidence, show_evidence
from liaison.node.reads.cooperation.showing import show_request
from liaison.node.services.evidence.taking import take_evidence
from liaison.web.languages import find_language
from tests.browser.checking import wrong_with
from tests.browser.officers import enter
from tests.browser.serving import served
from tests.cooperation.evidence.records import FILES
from tests.node.cooperation.dossier import UN, Dossier
from tests.node.cooperation.test_reserved_grounds import BOUND, PARTIES, know, position

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


def begin(page: Any, base: str) -> None:
    """From the list of forms to the page on which the request itself is written."""
    page.goto(f"{base}write/")
    page.click("button[value=preservation-request]")
    page.fill("#add", "XD")
    page.press("#add", "Enter")
    page.wait_for_selector("input[name=to]", state="attached")
    go_on(page)
    page.check("input[name=urgency][value=urgent]")
    go_on(page)


def ask(page: Any, base: str) -> None:
    """Write a request page by page, be told what is still to be said, say it, look once more, and send it."""
    begin(page, base)
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


WANTED = {
    "basis": "courtesy",
    "subject": "Procédure pénale contre inconnu",
    "assistance": "Remettre les données préservées.",
    "purpose": "Preuve dans cette procédure.",
}
PART = {
    "reasons": "يشمل الأمر البريد ولا يشمل سجلات الدخول.",
    "use_conditions": "لهذه الدعوى وحدها، ولا تُنقل إلى غيرها دون موافقتنا.",
}
CONDITIONS = {
    "purpose": "دعوى احتيال",
    "onward": "ask-first",
    "confidentiality": "persons-of-the-case",
    "ending": "destroy",
    "ends_by": "2027-12-31T00:00",
}


class Story:
    """Both sides in one window, each signed in at its own address: XC asks in French, XD is asked in Arabic."""

    def __init__(self, page: Any, dossier: Dossier, ours: str, theirs: str) -> None:
        self.page, self.dossier, self.world = page, dossier, dossier.world
        self.asking = enter(self.world, "XC", page, ours, language="fr")
        self.asked = enter(self.world, "XD", page, theirs, language="ar")

    def settle(self) -> None:
        """What was sent arrives, and evidence is taken into custody."""
        while self.world.work():
            pass
        for node in self.world.nodes.values():
            take_evidence(node)
        self.world.advance(minutes=1)

    def arrived(self, known: set[str]) -> str:
        """The one request that XD has besides the known ones, once everything arrived."""
        self.settle()
        (root,) = {each.root for each in self.dossier.list("XD")} - known
        return root

    def stands(self, root: str) -> str:
        """How the request stands, on both sides alike."""
        (state,) = {self.dossier.state(code, root) for code in ("XC", "XD")}
        return state

    def kept(self, root: str) -> list[Any]:
        """The clocks by which what is preserved lapses, on both sides alike."""
        ours, theirs = ([e.clock for e in self.dossier.request(c, root).clocks if e.clock.lapses] for c in ("XC", "XD"))
        assert ours == theirs
        return ours

    def go(self, address: str) -> None:
        self.page.goto(address)

    def preserve(self) -> str:
        """XC asks; XD accepts and secures the data."""
        ask(self.page, self.asking)
        root = self.arrived(set())
        look(self.page, f"{self.asked}requests/", "ar", "list")
        self.page.click("main .head a")
        take(self.page, "decision=accepted&field.execution=not-begun")
        self.settle()
        assert self.stands(root) == "accepted"
        self.go(f"{self.asked}requests/{root}/")
        take(self.page, "executed&field.last=yes", secured="all")
        self.settle()
        look(self.page, f"{self.asking}requests/{root}/", "fr", "request")
        look(self.page, f"{self.asking}requests/dates", "fr", "dates")
        return root

    def extend(self, root: str) -> None:
        """XC asks that it is kept longer; XD keeps it."""
        (before,) = self.kept(root)
        self.go(f"{self.asking}requests/{root}/")
        said = {"basis": "courtesy", "extension_reason": "Le tribunal n'a pas statué.", "assistance_intended": "yes"}
        take(self.page, "say/preservation-extension", **said)
        more = self.arrived({root})
        self.go(f"{self.asked}requests/{more}/")
        take(self.page, "executed&field.last=yes", secured="all")
        self.settle()
        look(self.page, f"{self.asked}requests/{root}/", "ar", "request")
        (after,) = self.kept(root)
        assert self.stands(root) == "extended" and after.due.at > before.due.at

    def assist(self, root: str) -> str:
        """XC asks for the assistance, which begins with what was said before; the day counts no more on either side."""
        known = {each.root for each in self.dossier.list("XD")}
        self.go(f"{self.asking}requests/{root}/")
        self.page.click("main form[action$='assistance'] button")
        self.page.check("input[name=urgency][value=urgent]")
        go_on(self.page)
        assert self.page.input_value("[name='field.facts']") == ASKED["facts"]
        fill(self.page, WANTED)
        go_on(self.page)
        self.page.click("main a.button.main")
        look_here(self.page, "fr", "assistance-check")
        self.page.click("#seen button.main")
        self.page.wait_for_url("**/write/sent/**")
        assistance = self.arrived(known)
        (kept,) = self.kept(root)
        assert kept.held
        return assistance

    def answer_in_part(self, root: str) -> None:
        """XD gives some of it, with reasons and with conditions that stand in the case over there."""
        self.go(f"{self.asked}requests/{root}/")
        look_here(self.page, "ar", "assistance")
        take(self.page, "executed&field.last=yes", decision="partly", execution="partly", **PART)
        self.settle()
        assert self.stands(root) == "answered"
        self.go(f"{self.asking}requests/{root}/")
        self.page.click("main dl.pairs a")
        look_here(self.page, "fr", "case")
        said = self.page.locator("main").inner_text()
        assert all(each in said for each in PART.values())

    def give(self, root: str) -> str:
        """XD collects the mail, seals it where it is collected, and hands it over under conditions."""
        self.go(f"{self.asked}cases/{self.dossier.request('XD', root).case}/")
        self.page.click("main a[href$='evidence/add']")
        look_here(self.page, "ar", "evidence-add")
        self.page.fill("#what", "بريد الحساب")
        self.page.click("main form button.main")
        files = [{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in FILES.items()]
        self.page.set_input_files("#file", files)
        look_here(self.page, "ar", "evidence-files")
        self.page.click("main form button.main")
        self.page.wait_for_url("**/?said=evidence-added")
        self.page.click("main a[href$='hand-over']")
        assert self.page.input_value("#to") == "XC/duty"
        fill(self.page, CONDITIONS)
        look_here(self.page, "ar", "hand-over")
        self.page.click("main form button.main")
        look_here(self.page, "ar", "hand-over-check")
        self.page.click("main button[value='send']")
        self.page.wait_for_url("**/?said=sent")
        self.settle()
        node, desk = self.dossier.node("XC"), self.world.desk("XC")
        (found,) = list_evidence(node, self.world.register, desk)
        return found.evidence

    def open(self, evidence: str) -> None:
        """XC reads the conditions, accepts them, and has what was collected."""
        look(self.page, f"{self.asking}evidence/{evidence}/", "fr", "evidence")
        assert CONDITIONS["purpose"] in self.page.locator("main").inner_text()
        self.page.check("#agreed")
        with self.page.expect_download() as got:
            self.page.click("main button[name='position'][value='0']")
        assert Path(got.value.path()).read_bytes() == next(iter(FILES.values()))
        look(self.page, f"{self.asking}evidence/{evidence}/ask", "fr", "evidence-ask")

    def destroy(self, evidence: str) -> None:
        """XC destroys it; the signed record is at XD, and both custody records end with it."""
        self.go(f"{self.asking}evidence/{evidence}/destroy")
        self.page.check("[name='means'][value='erased']")
        self.page.click("main form button.main")
        self.page.click("main button.danger")
        self.page.wait_for_url("**/?said=evidence-destroyed")
        self.settle()
        look(self.page, f"{self.asked}evidence/{evidence}/", "ar", "evidence")
        for code in ("XC", "XD"):
            found, report = show_evidence(self.world.nodes[code], self.world.register, self.world.desk(code), evidence)
            last = report.lines[-1].line
            assert (report.proven, last.event, last.by) == (True, "destroyed", self.world.desk("XC")), code
        assert found.evidence == evidence

    def ask_how_it_stands(self, root: str) -> None:
        """One press asks, one tells, and nothing moves."""
        for side in (self.asking, self.asked):
            self.go(f"{side}requests/{root}/")
            self.page.click("main form[action$='status'] button")
            self.settle()
        shown = show_request(self.dossier.node("XC"), self.dossier.seat("XC"), root)
        events = [step.event for step in shown.request.steps][-2:]
        assert (events, self.stands(root)) == ([Event.STATUS_ASKED, Event.STATUS_TOLD], "answered")

    def close(self, root: str) -> None:
        """XC closes it."""
        self.go(f"{self.asking}requests/{root}/")
        take(self.page, "say/close")
        self.settle()


def test_from_preservation_to_the_record_of_destruction_one_side_in_arabic_and_one_in_french(
    page: Any, tmp_path: Path
) -> None:
    dossier = Dossier(tmp_path)
    with dossier.world as world, served(world, "XC") as ours, served(world, "XD") as theirs:
        story = Story(page, dossier, ours, theirs)
        preservation = story.preserve()
        story.extend(preservation)
        assistance = story.assist(preservation)
        story.answer_in_part(assistance)
        evidence = story.give(assistance)
        story.open(evidence)
        story.destroy(evidence)
        story.ask_how_it_stands(assistance)
        story.close(assistance)
        assert [story.stands(root) for root in (preservation, assistance)] == ["closed", "closed"]
        for name in ("instruments/", "instruments/un-cybercrime-2024/", "instruments/between"):
            look(page, story.asked + name, "ar", name.strip("/").replace("/", "-"))
        english = enter(world, "XD", page, theirs, language="en")
        look(page, f"{english}requests/{preservation}/", "en", "request")
        look(page, f"{english}requests/", "en", "list")


def test_what_may_be_rested_on_and_refused_stands_on_the_pages_for_everybody(page: Any, tmp_path: Path) -> None:
    dossier = Dossier(tmp_path)
    know(dossier, PARTIES + position("XC", "reservation", "2020-03-18", "art-29-4"))
    with dossier.world as world, served(world, "XC") as ours, served(world, "XD") as theirs:
        root = dossier.ask(fields=BOUND)
        story = Story(page, dossier, ours, theirs)
        look(page, f"{story.asked}requests/{root}/", "ar", "reserved")
        page.click("main a[href*='decision=refused']")
        fill(page, {"reasons": "لا يعد هذا الفعل جريمة هنا."})
        page.check("[name='field.grounds'][value='dual-criminality']")
        look_here(page, "ar", "refusing")
        page.click("main form button.main")
        look_here(page, "ar", "refusing-check")
        assert page.locator("main .notice.warn").count() == 1
        page.click("main button[value='send']")
        story.settle()
        assert story.stands(root) == "refused"
        look(page, f"{story.asked}requests/spoken", "ar", "spoken-who")
        page.fill("#to", "XC")
        page.click("main form button.main")
        page.select_option("#instrument", "budapest-2001")
        look_here(page, "ar", "spoken")
        page.select_option("#form", "preservation-request")
        page.fill("#summary", "احفظوا سجلات الحساب.")
        page.click("main form button.main")
        look_here(page, "ar", "spoken-check")
        page.click("main button[value='send']")
        page.wait_for_url("**/?said=call-noted")
        begin(page, story.asking)
        fill(page, {"instrument": "budapest-2001", "clause": "art-29", "basis": "binding"})
        look_here(page, "fr", "text")
