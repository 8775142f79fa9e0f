"""Is what the latest reports say remembered for its viewer alone, and never longer than it is so?"""

from __future__ import annotations

from liaison.conduct.reports import PARTICIPANTS, PUBLIC, Report, named
from liaison.instruments.catalogue import load_instruments
from liaison.messages.forms.checking import Norm
from liaison.node.reads.conduct import latest
from liaison.node.reads.conduct.latest import Latest, latest_said
from liaison.node.reads.conduct.reports import Viewer
from liaison.node.services.conduct.reporting import publish_report, withdraw_report
from liaison.node.services.instruments.publishing import publish_instrument
from liaison.register.vocabulary import DeskKind
from tests.conduct.examples import answer, report
from tests.node.stories import Resident, Story

TEXT = load_instruments()["budapest-2001"]
CLAUSES = ("art-29", "art-30", "art-35")


def said(xc: Resident, friend: Resident, mark: str, period: int = 2026) -> Report:
    audiences = (named([friend.participant]), PARTICIPANTS, PUBLIC)
    told = (answer(clause, who, f"{mark} {clause}") for clause, who in zip(CLAUSES, audiences, strict=True))
    return report(xc.participant, *told, period=period)


def look(at: Resident) -> Latest:
    return latest_said(at.node, at.register, viewer=Viewer(at.participant))


def seen(at: Resident) -> list[str]:
    """The sought help each clause has, by each way a page takes: all ways agree."""
    found = look(at)
    told = [each for clause in CLAUSES for each in found.answers_on(Norm(TEXT.id, clause))]
    words = [each.answer.help_sought[0].text[0].text for each in told]
    assert words == [each.text[0].text for each in found.wishes if each.way.value == "sought"]
    return words


def two_at_home_and_one_away(story: Story) -> tuple[Resident, Resident, Resident]:
    """XC alone; XD, and XE on the node of XD."""
    publish_instrument(story.reg, story.register, TEXT)
    xc, xd = story.join("xc", "XC"), story.join("xd", "XD")
    xe = story.admit("xe", "XE", on="xd")
    story.keys(xe, kinds=(DeskKind.TECHNICAL,))
    story.desk(xe)
    story.sync()
    return xc, xd, xe


def test_two_on_one_node_are_each_told_what_is_for_them_however_often_they_look(story: Story) -> None:
    xc, xd, xe = two_at_home_and_one_away(story)
    publish_report(xc.node, xc.place, said(xc, xd, "x"))
    story.sync()
    for _ in range(2):
        assert seen(xd) == ["x art-29 sought", "x art-30 sought", "x art-35 sought"]
        assert seen(xe) == ["x art-30 sought", "x art-35 sought"]
        public = latest_said(xd.node, xd.register, viewer=Viewer())
        assert [each.norm.clause for each in public.wishes if each.way.value == "sought"] == ["art-35"]


def test_what_is_published_changed_and_taken_back_is_seen_at_the_next_look(story: Story) -> None:
    xc, xd, _ = two_at_home_and_one_away(story)
    assert seen(xc) == seen(xd) == []
    for mark, period in (("first", 2025), ("second", 2026), ("third", 2026)):
        publish_report(xc.node, xc.place, said(xc, xd, mark, period))
        story.sync()
        assert seen(xc) == seen(xd) == [f"{mark} {clause} sought" for clause in CLAUSES]
        assert look(xd) is look(xd), "nothing changed, so nothing is read"
    withdraw_report(xc.node, xc.place, TEXT.id, 2026)
    story.sync()
    assert seen(xc) == seen(xd) == [f"first {clause} sought" for clause in CLAUSES]


def test_a_part_that_comes_later_is_seen_though_the_log_did_not_grow(story: Story) -> None:
    xc, xd, _ = two_at_home_and_one_away(story)
    publish_report(xc.node, xc.place, said(xc, xd, "x"))
    story.line.off.add("xc")
    story.sync("xd")
    assert seen(xd) == ["x art-30 sought", "x art-35 sought"], "what is for XD by name is at XC alone"
    story.line.off.clear()
    story.sync("xd")
    assert seen(xd) == ["x art-29 sought", "x art-30 sought", "x art-35 sought"]


def test_few_viewers_are_remembered_and_whoever_is_forgotten_is_told_the_same(story: Story) -> None:
    xc, xd, _ = two_at_home_and_one_away(story)
    publish_report(xc.node, xc.place, said(xc, xd, "x"))
    story.sync()
    before = seen(xd)
    for number in range(latest.VIEWERS):
        latest_said(xd.node, xd.register, viewer=Viewer(f"{number:064x}"))
    assert len(latest._memories) == latest.VIEWERS
    assert seen(xd) == before
