"""Does the whole story of the code of conduct go in real browsers, once in Chinese and once in Arabic?

As `liaison demo --story conduct` tells it: two States report, what one seeks meets what the other offers and becomes a
case whose outcome both are told; a State measures a provider's network, the provider is told privately, disputes and
agrees to the corrected figures, which are not shown before their time; a provider stands for its networks in a register
of providers. All of it is read, typed and pressed on pages of nodes that a real secretariat admitted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from liaison.conduct.measured.lifecycle import Side, State
from liaison.instruments.catalogue import load_instruments
from liaison.messages.parties import DeskRef
from liaison.node.models import Case
from liaison.node.reads.conduct.introductions import introductions
from liaison.node.reads.conduct.measured import MeasuredRead, list_measured
from liaison.node.reads.desk.listing import Reader
from liaison.node.reads.instruments.proposed import declared_stands
from liaison.node.services.instruments.publishing import publish_instrument
from liaison.node.services.publication import publish_resources
from liaison.node.unit_of_work import reading
from liaison.node.work.worker import work_through
from liaison.register.bodies import AsnClaim, ResourcesPublished
from liaison.register.vocabulary import DeskKind, ParticipantType
from tests.browser.officers import enter_desk
from tests.browser.serving import served_node
from tests.browser.test_requests import look
from tests.node.stories import Resident, Story

NORMS, NORM, NETWORK, ACTIONS = "un-norms-2015", "norm-j", 64496, "manrs-operators"
PATIENCE = 180_000.0
"""Milliseconds: the story claims nothing about time."""
SEEN = b"""asn,prefix,seen_at,state
AS64496,203.0.113.0/24,2026-11-20T06:00:00Z,valid
AS64496,198.51.100.0/24,2026-11-20T07:00:00Z,invalid
"""
WORDS: Mapping[str, Mapping[str, str]] = {
    "zh-hans": {
        "sought": "需要有人培训报告漏洞的人员。",
        "offered": "我们培训发现漏洞的人员。",
        "practice": "每位报告者五天内得到答复。",
        "wrong": "我们在五月归还了该前缀。",
        "right": "采集器重放了旧表。",
        "said": "自今日起。",
    },
    "ar": {
        "sought": "نبحث عمّن يدرّب من يبلّغون عن الثغرات.",
        "offered": "ندرّب من يجدون الثغرات.",
        "practice": "يتلقى كل من يبلّغ جوابا خلال خمسة أيام.",
        "wrong": "أعدنا هذه البادئة في أيار.",
        "right": "أعاد المجمّع تشغيل جدول قديم.",
        "said": "ابتداء من اليوم.",
    },
}


def desk_of(resident: Resident) -> DeskRef:
    return DeskRef(resident.participant, "main", "duty")


class Tale:
    """The nodes of the story, one page that goes from one to the other, and what is typed in its language."""

    def __init__(self, folder: Path, page: Any, language: str) -> None:
        self.page, self.language, self.words = page, language, WORDS[language]
        page.set_default_timeout(PATIENCE)
        (folder / "providers").mkdir()
        self.story, self.providers = Story(folder), Story(folder / "providers")
        texts = load_instruments()
        publish_instrument(self.story.reg, self.story.register, texts[NORMS])
        publish_instrument(self.providers.reg, self.providers.register, texts[ACTIONS])
        self.xc, self.xd = self.story.join("xc", "XC"), self.story.join("xd", "XD")
        self.xe = self._joined(self.story, "xe", ParticipantType.STATE)
        self.xp = self._joined(self.providers, "xp", ParticipantType.PROVIDER)
        self.story.sync()
        self.bases: dict[str, str] = {}
        self.open = ExitStack()

    def _joined(self, story: Story, name: str, type_: ParticipantType) -> Resident:
        """Whose contact centre is a provider's and answers for the network."""
        resident = story.admit(name, name.upper(), type_=type_)
        story.keys(resident, kinds=(DeskKind.PROVIDER_SECURITY,))
        story.desk(resident, kind=DeskKind.PROVIDER_SECURITY)
        claim = AsnClaim(asn=NETWORK, desk="duty", evidence=None)
        codes = (name.upper(),) if type_ is ParticipantType.STATE else ()
        publish_resources(
            resident.node, resident.place, ResourcesPublished(codes=codes, prefixes=(), asns=(claim,), domains=())
        )
        story.sync(name)
        return resident

    def enter(self) -> None:
        """An officer of each, in the language of the story."""
        for each in (self.xc, self.xd, self.xe, self.xp):
            address = self.open.enter_context(served_node(each.node, each.name))
            place = (each.node, each.register, desk_of(each))
            self.bases[each.name] = enter_desk(*place, self.page, address, language=self.language)

    def go(self, who: Resident, tail: str) -> None:
        self.page.goto(self.bases[who.name] + tail)

    def press(self, button: str, then: str) -> None:
        """Press a button and see that it did what its page says."""
        self.page.click(button)
        self.page.wait_for_url(then)

    def look(self, who: Resident, tail: str, name: str) -> None:
        look(self.page, self.bases[who.name] + tail, self.language, name)

    def work(self) -> None:
        """Everything that waits is delivered."""
        while sum(work_through(each.node) for each in (self.xc, self.xd, self.xe)):
            pass

    def measured(self, who: Resident) -> MeasuredRead:
        side = Side.MEASURER if who is self.xc else Side.PROVIDER
        (found,) = list_measured(who.node, desk_of(who), side=side).rows
        return found


@contextmanager
def told(folder: Path, page: Any, language: str) -> Iterator[Tale]:
    tale = Tale(folder, page, language)
    try:
        with tale.open:
            tale.enter()
            yield tale
    finally:
        tale.story.close()
        tale.providers.close()


@pytest.mark.parametrize("language", WORDS)
def test_the_story_of_the_code_of_conduct_goes_on_pages_alone(page: Any, tmp_path: Path, language: str) -> None:
    with told(tmp_path, page, language) as tale:
        report(tale, tale.xc, sought=tale.words["sought"])
        report(tale, tale.xd, offered=tale.words["offered"], practice=tale.words["practice"])
        tale.story.sync()
        help_becomes_a_case(tale)
        a_measurement_is_disputed(tale)
        a_provider_stands_for_its_network(tale)
        tale.look(tale.xc, f"conduct/texts/{NORMS}/norms/{NORM}/", "norm")
        tale.look(tale.xc, f"conduct/participants/{tale.xd.participant}/", "reported")
        tale.look(tale.xc, "conduct/practices/", "practices")
        assert tale.words["practice"] in page.locator("main").inner_text()


def report(tale: Tale, who: Resident, *, practice: str = "", **help_with: str) -> None:
    """One answer for all participants, checked, proposed and published."""
    page = tale.page
    tale.go(who, "conduct/own/")
    page.select_option("#instrument", NORMS)
    tale.press("form[action$='begin'] button.main", "**/conduct/own/*/")
    page.click(f"main a[href*='clauses/{NORM}/']")
    if practice:
        page.select_option("#measure-1-kind", "practice")
        page.fill("#measure-1-text-1", practice)
    for way, text in help_with.items():
        page.click(f"details:has(#{way}-1-text-1) > summary")
        page.fill(f"#{way}-1-text-1", text)
    page.check("input[name=audience][value=participants]")
    page.check("input[name=mark][value=done]")
    tale.press("main form[data-saved] button[value=list]", "**/conduct/own/*/")
    page.goto(f"{page.url}check")
    tale.press("form[action$='propose'] button", "**/check?said=*")
    tale.press("form[action$='approve'] button", "**/check?said=report-published")


def help_becomes_a_case(tale: Tale) -> None:
    """What XC seeks meets what XD offers; XD accepts, XC tells what came of it, and both see it."""
    page = tale.page
    tale.go(tale.xc, "conduct/help/")
    shown = page.locator("main").inner_text()
    assert tale.words["offered"] in shown and tale.words["sought"] in shown
    tale.press("form[action$='introduce'] button", "**/write/*/text")
    assert page.input_value("#field-quoted") == tale.words["offered"]
    page.goto(page.url.replace("/text", "/check"))
    tale.press("main button.main", "**/write/sent/**")
    tale.work()
    with reading(tale.xd.node):
        case = Case.objects.get(form="help-introduction").case
    tale.go(tale.xd, "conduct/help/")
    page.click(f"section[aria-labelledby=introductions] a[href*='{case}']")
    tale.press("form[action$='acknowledge'] button", "**said=acknowledged")
    say(tale, tale.xd, f"cases/{case}/say/reply", "[name='field.answer'][value='accepted']")
    say(tale, tale.xc, f"cases/{case}/say/help-outcome", "[name='field.outcome'][value='given']")
    for who in (tale.xc, tale.xd):
        (found,) = introductions(who.node, who.register, desk_of(who), reader=Reader(contents=True))
        assert (found.row.case, found.answer, found.outcome) == (case, "accepted", "given")
        tale.look(who, "conduct/help/", f"help-{who.name}")


def say(tale: Tale, who: Resident, tail: str, choice: str) -> None:
    tale.go(who, tail)
    tale.page.check(choice)
    tale.press("main form button.main", "**said=sent")
    tale.work()


def a_measurement_is_disputed(tale: Tale) -> None:
    """XC measures and tells nobody but the provider, which disputes, is put right, and agrees to have it shown."""
    page = tale.page
    tale.go(tale.xc, "conduct/measured/")
    page.set_input_files("[name=routes]", {"name": "seen.csv", "mimeType": "text/csv", "buffer": SEEN})
    page.fill("[name=source]", "Collector of XC (fictional)")
    page.uncheck("[name=bogons]")
    tale.press("form[action$='take'] button", "**said=networks-measured")
    tale.go(tale.xe, "conduct/measured/?side=own")
    assert str(NETWORK) not in page.locator("main").inner_text(), "nobody is told by measuring"
    tale.go(tale.xc, "conduct/measured/")
    page.check("[name=mark]")
    tale.press("form[action$='notify'] button.main", "**said=providers-told")
    tale.work()
    tale.look(tale.xe, "conduct/measured/?side=own", "measured")
    page.click("main th a")
    page.check("[name='ground'][value='data-old']")
    page.fill("[name='statement']", tale.words["wrong"])
    tale.press("form[action='dispute'] button", "**/?said=sent")
    tale.work()
    tale.go(tale.xc, f"conduct/measured/{tale.measured(tale.xc).number}/")
    page.check("[name='result'][value='corrected']")
    page.fill("[name='invalid']", "0")
    page.fill("[name='reason']", tale.words["right"])
    tale.press("form[action='review'] button", "**/?said=sent")
    tale.work()
    tale.look(tale.xc, f"conduct/measured/{tale.measured(tale.xc).number}/", "measurement")
    tale.go(tale.xe, f"conduct/measured/{tale.measured(tale.xe).number}/")
    page.check("[name='shown_to'][value='participants']")
    tale.press("form[action='consent'] button", "**/?said=sent")
    tale.work()
    for who in (tale.xc, tale.xe):
        found = tale.measured(who)
        assert (found.standing.state, found.evidence.counts["invalid"]) == (State.CONSENTED, 0)
        tale.go(who, "conduct/measured/shown")
        assert str(NETWORK) not in page.locator("main").inner_text(), "it is shown before its time"


def a_provider_stands_for_its_network(tale: Tale) -> None:
    """XP adopts the operators' actions for its own network, and the register says so."""
    page = tale.page
    tale.go(tale.xp, "conduct/")
    page.click(f"main a[href*='texts/{ACTIONS}/']")
    page.click("main a.button.main")
    tale.look(tale.xp, f"conduct/texts/{ACTIONS}/stand", "stand")
    page.check("[name='act'][value='adoption']")
    page.fill("#networks", f"AS{NETWORK}")
    page.fill("#said", tale.words["said"])
    tale.press("main form button.main", "**/instruments/stands?said=stand-proposed")
    tale.press("form[action$='approve'] button", "**/instruments/stands?said=*")
    found = declared_stands(tale.xp.node, tale.xp.register, tale.xp.participant)
    assert found is not None
    (stand,) = found.declared
    assert stand.body.said is not None and stand.body.said.text == tale.words["said"]
    assert [(each.number, each.claimed) for each in stand.networks] == [(NETWORK, True)]
    tale.look(tale.xp, "instruments/stands", "stands")
    tale.look(tale.xp, f"conduct/participants/{tale.xp.participant}/", "participant")
