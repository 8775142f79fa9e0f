"""Does a report go from its participant through the register to whom each answer is for, and come back from there?"""

from __future__ import annotations

import pytest

from liaison.conduct.proof import Standing, encode_parts
from liaison.conduct.reports import OWN, PARTICIPANTS, PUBLIC, Report, decode_report, encode_report, named, seen_by
from liaison.errors import LiaisonError, UsageError, VerificationError
from liaison.instruments.catalogue import load_instruments
from liaison.messages.forms.checking import Norm
from liaison.node.models import AuditRow, RecordPart
from liaison.node.node import Node
from liaison.node.reads.conduct.latest import latest_said
from liaison.node.reads.conduct.reports import (
    Viewer,
    latest_reports,
    own_report,
    report_heads,
    report_of,
    report_records,
    reports_of,
)
from liaison.node.services.conduct.reporting import publish_report, withdraw_report
from liaison.node.services.conduct.taking import take_parts
from liaison.node.services.instruments.publishing import publish_instrument
from liaison.node.unit_of_work import reading
from tests.conduct.examples import answer, report
from tests.node.stories import Resident, Story

TEXT = load_instruments()["budapest-2001"]
PLACE = TEXT.id, 2026


def whole(xc: Resident, *friends: Resident, mark: str = "x", period: int = 2026) -> Report:
    names = named(each.participant for each in friends) if friends else PUBLIC
    return report(
        xc.participant,
        answer("art-16", OWN, f"{mark}-own"),
        answer("art-29", names, f"{mark}-named"),
        answer("art-30", PARTICIPANTS, f"{mark}-participants"),
        answer("art-35", PUBLIC, f"{mark}-public"),
        period=period,
    )


def three(story: Story) -> tuple[Resident, Resident, Resident]:
    publish_instrument(story.reg, story.register, TEXT)
    joined = story.join("xc", "XC"), story.join("xd", "XD"), story.join("xe", "XE")
    story.sync()
    return joined


def seen(at: Resident, owner: Resident) -> list[str]:
    shown = report_of(at.node, at.register, owner.participant, *PLACE, viewer=Viewer(at.participant))
    return [each.clause for each in shown.report.answers] if shown.report is not None else []


def held(node: Node) -> str:
    """Every part a node stores, as text."""
    with reading(node):
        return "".join(bytes(part).decode() for part in RecordPart.objects.values_list("part", flat=True))


def sync(story: Story) -> None:
    story.sync("xc", "xd", "xe")


def test_each_answer_reaches_whom_it_is_for_and_nobody_else(story: Story) -> None:
    xc, xd, xe = three(story)
    made = whole(xc, xd)
    publish_report(xc.node, xc.place, made)
    sync(story)
    assert seen(xc, xc) == ["art-29", "art-30", "art-35"]
    assert seen(xd, xc) == ["art-29", "art-30", "art-35"]
    assert seen(xe, xc) == ["art-30", "art-35"]
    public = report_of(xe.node, story.register, xc.participant, *PLACE, viewer=Viewer())
    assert public.report == seen_by(made, None) and public.more
    assert own_report(xc.node, story.register, xc.participant, *PLACE) == made
    for node, missing in ((xd.node, {"x-own"}), (xe.node, {"x-own", "x-named"}), (story.reg, {"x-own", "x-named"})):
        stored = held(node)
        assert {mark for mark in ("x-own", "x-named", "x-participants", "x-public") if mark not in stored} == missing


def test_what_a_node_was_refused_it_asks_for_again_a_day_later_only(story: Story) -> None:
    xc, xd, _ = three(story)
    publish_report(xc.node, xc.place, whole(xc, xd))
    sync(story)
    story.line.requests.clear()
    story.sync("xe")
    asked = [name for method, name, path in story.line.requests if path.endswith("/records")]
    assert asked == []
    story.clock.forward(days=1, minutes=1)
    story.sync("xe")
    assert [name for method, name, path in story.line.requests if path.endswith("/records")] == ["xc"]


def test_a_named_part_is_fetched_once_its_owner_can_be_reached(story: Story) -> None:
    xc, xd, _ = three(story)
    story.sync("xd")
    publish_report(xc.node, xc.place, whole(xc, xd))
    story.line.off.add("xc")
    story.sync("xd")
    assert seen(xd, xc) == ["art-30", "art-35"]
    story.line.off.clear()
    story.sync("xd")
    assert seen(xd, xc) == ["art-29", "art-30", "art-35"]


def test_a_later_report_takes_the_place_of_the_one_before_and_its_parts_are_erased(story: Story) -> None:
    xc, xd, xe = three(story)
    publish_report(xc.node, xc.place, whole(xc, xd, mark="old"))
    sync(story)
    publish_report(xc.node, xc.place, whole(xc, xe, mark="new"))
    sync(story)
    assert seen(xd, xc) == ["art-30", "art-35"] and seen(xe, xc) == ["art-29", "art-30", "art-35"]
    shown = report_of(xd.node, story.register, xc.participant, *PLACE, viewer=Viewer(xd.participant))
    assert (shown.version, len(shown.versions), shown.withdrawn) == (2, 2, False)
    assert all("old-" not in held(node) for node in (xc.node, xd.node, xe.node, story.reg))
    assert own_report(xc.node, story.register, xc.participant, *PLACE, version=1) == whole(xc, xd, mark="old")


def test_a_report_taken_back_is_shown_as_withdrawn_and_says_nothing_more(story: Story) -> None:
    xc, xd, _ = three(story)
    publish_report(xc.node, xc.place, whole(xc, xd))
    sync(story)
    withdraw_report(xc.node, xc.place, *PLACE)
    sync(story)
    shown = report_of(xd.node, story.register, xc.participant, *PLACE, viewer=Viewer(xd.participant))
    assert (shown.withdrawn, shown.report, shown.version) == (True, None, 2)
    assert latest_reports(xd.node, story.register, viewer=Viewer(xd.participant)) == []
    assert all("x-public" not in held(node) for node in (xc.node, xd.node, story.reg))
    with pytest.raises(VerificationError) as error:
        withdraw_report(xc.node, xc.place, *PLACE)
    assert error.value.code == "rule-40"
    publish_report(xc.node, xc.place, whole(xc, xd))
    assert seen(xc, xc) == ["art-29", "art-30", "art-35"]


def test_the_same_report_twice_is_published_once(story: Story) -> None:
    xc, xd, _ = three(story)
    assert len(publish_report(xc.node, xc.place, whole(xc, xd))) == 1
    assert publish_report(xc.node, xc.place, whole(xc, xd)) == []
    own = own_report(xc.node, story.register, xc.participant, *PLACE)
    assert own is not None and decode_report(encode_report(own)) == whole(xc, xd)


def test_a_report_that_could_not_be_handed_in_is_published_when_it_can(story: Story) -> None:
    xc, xd, _ = three(story)
    story.line.off.add("reg")
    with pytest.raises(LiaisonError):
        publish_report(xc.node, xc.place, whole(xc, xd))
    assert own_report(xc.node, story.register, xc.participant, *PLACE) is None
    story.line.off.clear()
    assert len(publish_report(xc.node, xc.place, whole(xc, xd))) == 1
    assert own_report(xc.node, story.register, xc.participant, *PLACE) == whole(xc, xd)


@pytest.mark.parametrize("wrong", ["nobody named", "oneself named", "of another", "no such clause", "all own", "text"])
def test_what_cannot_be_published_is_refused_and_leaves_nothing(story: Story, wrong: str) -> None:
    xc, xd, _ = three(story)
    given = {
        "nobody named": report(xc.participant, answer("art-29", named(["f" * 64]), "x")),
        "oneself named": report(xc.participant, answer("art-29", named([xc.participant]), "x")),
        "of another": whole(xd, xc),
        "no such clause": report(xc.participant, answer("norm-j", PUBLIC, "x")),
        "all own": report(xc.participant, answer("art-29", OWN, "x")),
        "text": report(xc.participant, answer("art-29", PUBLIC, "x"), instrument="unknown"),
    }
    code = {
        "nobody named": "report-names-nobody",
        "oneself named": "report-names-nobody",
        "of another": "report-of-another",
        "no such clause": "report-clause-unknown",
        "all own": "report-shows-nothing",
        "text": "instrument-not-found",
    }
    with pytest.raises(LiaisonError) as error:
        publish_report(xc.node, xc.place, given[wrong])
    assert error.value.code == code[wrong]
    assert reports_of(xc.node, story.register, xc.participant, viewer=Viewer(xc.participant)) == []
    assert own_report(xc.node, story.register, xc.participant, *PLACE) is None


def test_lists_go_by_name_and_year_and_one_clause_shows_the_latest_report_of_each(story: Story) -> None:
    xc, xd, xe = three(story)
    for who in (xd, xc):
        for year in (2024, 2026, 2025):
            publish_report(who.node, who.place, whole(who, mark=f"{who.name}{year}", period=year))
    sync(story)
    listed = report_heads(xe.node, story.register, viewer=Viewer(xe.participant))
    assert [each.period for each in listed] == [2026, 2025, 2024] * 2
    assert [each.name for each in listed] == sorted(each.name for each in listed)
    told = latest_said(xe.node, story.register, viewer=Viewer()).answers_on(Norm(TEXT.id, "art-35"))
    assert [(each.period, each.answer.obstacles[0].text[0].text) for each in told] == [
        (2026, f"{name}2026-public obstacle") for name in ("xc", "xd")
    ]
    for_xe = latest_said(xe.node, story.register, viewer=Viewer(xe.participant))
    assert for_xe.answers_on(Norm(TEXT.id, "art-16")) == ()


def test_parts_carried_by_hand_are_taken_in_if_the_log_names_them_and_they_are_for_us(story: Story) -> None:
    xc, xd, xe = three(story)
    publish_report(xc.node, xc.place, whole(xc, xd))
    story.line.off.add("xc")
    sync(story)
    records = report_records(xc.node, story.register, xc.participant, *PLACE, viewer=Viewer(xc.participant))
    data = encode_parts(story.register, records)
    assert {each.standing for each in take_parts(xd.node, xd.place, data)} == {Standing.IN_FORCE}
    assert seen(xd, xc) == ["art-29", "art-30", "art-35"]
    take_parts(xe.node, xe.place, data)
    assert seen(xe, xc) == ["art-30", "art-35"] and "x-named" not in held(xe.node)
    with pytest.raises(UsageError) as error:
        take_parts(xd.node, xd.place, encode_parts("5" * 64, records))
    assert error.value.code == "report-other-register"
    with pytest.raises(UsageError):
        report_records(xd.node, story.register, xe.participant, *PLACE, viewer=Viewer(xd.participant))


def test_the_trail_tells_what_was_published_and_nothing_of_what_it_says(story: Story) -> None:
    xc, xd, _ = three(story)
    publish_report(xc.node, xc.place, whole(xc, xd), by=7)
    withdraw_report(xc.node, xc.place, *PLACE, by=8)
    with reading(xc.node):
        rows = list(AuditRow.objects.filter(action__startswith="report-").values_list("action", "officer", "params"))
    assert [(action, officer) for action, officer, _ in rows] == [("report-published", 7), ("report-withdrawn", 8)]
    assert all(set(params) == {"period", "version", "entry"} for _, _, params in rows)
