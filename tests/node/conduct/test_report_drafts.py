"""Do the people of a participant write one report together and let it go, without a word being lost or slipping out?"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from liaison.conduct.drafting import Mark, Saved
from liaison.conduct.reports import decode_report, encode_report, make_report
from liaison.errors import LiaisonError, UsageError
from liaison.instruments.catalogue import load_instruments
from liaison.messages.parties import DeskRef
from liaison.node.models import AuditRow, LoggedEntry, OwnReport, RecordPart
from liaison.node.reads.conduct.assembled import last_report, whole_draft
from liaison.node.reads.conduct.drafting import DraftedReport, earlier_texts, list_report_drafts, read_report_draft
from liaison.node.reads.conduct.reports import Viewer, own_report, report_heads, report_of
from liaison.node.services.conduct.own.drafting import Kept, begin_report, choose, save_answer
from liaison.node.services.conduct.own.importing import import_report
from liaison.node.services.conduct.own.proposing import approve_report, propose_report, withdraw_report_proposal
from liaison.node.services.conduct.reporting import publish_report
from liaison.node.services.instruments.publishing import publish_instrument
from liaison.node.unit_of_work import reading
from tests.node.stories import Resident, Story
from tests.node.test_instruments import manager

TEXT = load_instruments()["budapest-2001"]
CLAUSE, OTHER = "art-29", "art-30"


def words(text: str, audience: str = "public") -> dict[str, str]:
    return {"audience": audience, "measure.1.kind": "law", "measure.1.text.1": text, "measure.1.lang.1": "en"}


class Writing:
    """XC's draft on the Budapest Convention, written by officers 7 and 8."""

    def __init__(self, story: Story) -> None:
        publish_instrument(story.reg, story.register, TEXT)
        self.story = story
        self.xc: Resident = story.join("xc", "XC")
        self.node, self.register = self.xc.node, story.register
        self.desk = DeskRef(self.xc.participant, "main", "duty")
        self.at = (self.node, self.register, self.desk)
        self.number = begin_report(*self.at, TEXT.id, 2026, officer=7)

    def save(self, text: str, *, by: int = 7, clause: str = CLAUSE, **more: Any) -> Kept:
        typed = words(text, more.pop("audience", "public"))
        saved = Saved(typed, more.pop("mark", Mark.DONE), more.pop("version", 0), more.pop("page", ""), by)
        return save_answer(*self.at, self.number, clause, saved=saved, **more)

    @property
    def draft(self) -> DraftedReport:
        return read_report_draft(*self.at, self.number)

    def text(self, clause: str = CLAUSE) -> str:
        return self.draft.answers[clause].stands.typed["measure.1.text.1"]

    def propose(self, officer: int = 7) -> None:
        propose_report(*self.at, self.number, seen=self.draft.fingerprint, officer=officer)


@pytest.fixture
def writing(story: Story) -> Writing:
    return Writing(story)


def test_beginning_twice_opens_the_one_draft_of_the_year(writing: Writing) -> None:
    assert begin_report(*writing.at, TEXT.id, 2026, officer=8) == writing.number
    assert begin_report(*writing.at, TEXT.id, 2025, officer=8) != writing.number
    assert [each.period for each in list_report_drafts(*writing.at)] == [2026, 2025]
    for wrong in ((TEXT.id, 1066), ("no-such-text", 2026)):
        with pytest.raises(UsageError):
            begin_report(*writing.at, *wrong, officer=7)


def test_a_text_saved_over_a_newer_one_is_kept_beside_it_and_one_is_chosen(writing: Writing) -> None:
    first = writing.save("the first")
    assert first == Kept(1)
    assert writing.save("theirs", by=8, version=1) == Kept(2)
    mine = writing.save("mine", version=1)
    assert mine.beside and mine.version == 2
    found = writing.draft.answers[CLAUSE]
    assert found.stands.typed["measure.1.text.1"] == "theirs"
    assert [each.typed["measure.1.text.1"] for each in found.beside] == ["mine"]
    choose(*writing.at, writing.number, CLAUSE, edit=mine.beside, take=True, officer=8)
    assert writing.text() == "mine" and writing.draft.unsettled == ()
    texts = {each.typed["measure.1.text.1"] for each in earlier_texts(*writing.at, writing.number, CLAUSE)}
    assert texts == {"the first", "theirs", "mine"}
    with pytest.raises(UsageError, match="report-text-settled"):
        choose(*writing.at, writing.number, CLAUSE, edit=mine.beside, take=False, officer=7)


def test_a_page_that_goes_on_saving_beside_another_keeps_one_text_there(writing: Writing) -> None:
    writing.save("theirs", by=8)
    numbers = {writing.save(text, page="my-page").beside for text in ("m", "mi", "mine")}
    assert len(numbers) == 1
    (beside,) = writing.draft.answers[CLAUSE].beside
    assert beside.typed["measure.1.text.1"] == "mine"
    assert writing.save("theirs, and mine", version=1, settles=beside.number) == Kept(2)
    assert writing.draft.unsettled == ()


def test_two_who_save_the_first_text_at_the_same_moment_both_keep_theirs(writing: Writing) -> None:
    ready = threading.Barrier(4)
    failed: list[BaseException] = []

    def write(by: int) -> None:
        try:
            ready.wait(timeout=20)
            writing.save(f"text {by}", by=by, page=f"page-{by}")
        except BaseException as error:  # noqa: BLE001 — told by the assertion below
            failed.append(error)
        finally:
            connections[writing.node.database].close()  # The thread's own.

    threads = [threading.Thread(target=write, args=(by,)) for by in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout=60)
    assert failed == []
    found = writing.draft.answers[CLAUSE]
    texts = {each.typed["measure.1.text.1"] for each in (found.stands, *found.beside)}
    assert texts == {f"text {by}" for by in range(4)}


def test_who_proposes_does_not_approve_and_what_was_proposed_is_published_to_the_letter(writing: Writing) -> None:
    first, second = (manager(writing.node, writing.xc, name) for name in ("first", "second"))
    writing.save("for everybody")
    writing.save("for ourselves", clause=OTHER, audience="own")
    writing.propose(first)
    writing.save("written later", version=1)
    with pytest.raises(UsageError, match="report-needs-another"):
        approve_report(*writing.at, writing.number, officer=first)
    approve_report(*writing.at, writing.number, officer=second)
    place = (writing.xc.participant, TEXT.id, 2026)
    published = own_report(writing.node, writing.register, *place)
    assert published is not None and [each.clause for each in published.answers] == [CLAUSE, OTHER]
    writing.story.sync("xc", "reg")
    shown = report_of(writing.story.reg, writing.register, *place, viewer=Viewer()).report
    assert shown is not None
    assert [(each.clause, each.measures[0].text[0].text) for each in shown.answers] == [(CLAUSE, "for everybody")]
    assert writing.draft.proposal is None
    with pytest.raises(UsageError, match="no-report-proposal"):
        approve_report(*writing.at, writing.number, officer=second)
    with reading(writing.node):
        line = AuditRow.objects.get(action="report-approved")
    assert line.params["alone"] is False and "everybody" not in str(line.params)


def test_a_proposal_does_not_undo_a_version_that_was_published_after_it(writing: Writing) -> None:
    writing.save("one")
    writing.propose()
    approve_report(*writing.at, writing.number, officer=8)
    writing.save("two", version=1)
    writing.propose()
    published = whole_draft(*writing.at, writing.draft).readable()
    values = {"instrument": TEXT.id, "participant": writing.xc.participant, "period": 2026}
    other = make_report(values | {"answers": [answer_values("three")]})
    publish_report(writing.node, writing.xc.place, other)
    with pytest.raises(UsageError, match="report-proposal-outdated"):
        approve_report(*writing.at, writing.number, officer=8)
    withdraw_report_proposal(*writing.at, writing.number, officer=7)
    assert published.answers[0].measures[0].text[0].text == "two"


def answer_values(text: str) -> dict[str, Any]:
    measure = {"kind": "law", "text": [{"lang": "en", "text": text}], "evidence": []}
    return {"audience": "public", "clause": CLAUSE, "measures": [measure]}


def test_nothing_of_a_draft_leaves_before_it_is_approved_whatever_audience_its_answers_have(writing: Writing) -> None:
    for clause, audience in zip(
        ("art-16", "art-17", CLAUSE, OTHER), ("own", "participants", "public", "public"), strict=True
    ):
        writing.save(f"secret of {clause}", clause=clause, audience=audience)
    writing.propose()
    writing.story.sync("xc", "reg")
    for node in (writing.node, writing.story.reg):
        assert report_heads(node, writing.register, viewer=Viewer(writing.xc.participant)) == []
        with reading(node):
            assert OwnReport.objects.count() == 0
            parts = [bytes(part) for part in RecordPart.objects.values_list("part", flat=True)]
            assert not LoggedEntry.objects.filter(kind="implementation.reported").exists()
            trail = str(list(AuditRow.objects.values_list("subject", "params")))
        assert not [each for each in parts if b"secret of" in each] and "secret of" not in trail


@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (lambda it: None, "report-draft-empty"),
        (lambda it: it.save("in work", mark=Mark.WORK), "report-draft-empty"),
        (lambda it: it.save("ours", audience="own"), "report-shows-nothing"),
        (lambda it: (it.save("one"), it.save("two", by=8)), "report-draft-unsettled"),
        (lambda it: it.save("x" * 5000), "report-draft-faults"),
    ],
)
def test_what_cannot_be_published_is_not_proposed(writing: Writing, prepare: Any, code: str) -> None:
    prepare(writing)
    with pytest.raises(LiaisonError, match=code):
        writing.propose()


def test_a_draft_that_changed_after_it_was_seen_is_not_proposed(writing: Writing) -> None:
    writing.save("one")
    seen = writing.draft.fingerprint
    writing.save("two", version=1)
    with pytest.raises(UsageError, match="report-draft-changed"):
        propose_report(*writing.at, writing.number, seen=seen, officer=7)


def test_a_file_goes_out_and_comes_in_again_without_loss_and_replaces_nothing(writing: Writing) -> None:
    writing.save("for everybody")
    writing.save("half a thought", clause=OTHER, audience="own", mark=Mark.WORK)
    data = encode_report(whole_draft(*writing.at, writing.draft).readable())
    assert import_report(*writing.at, decode_report(data), officer=8) == writing.number
    assert writing.draft.unsettled == () and writing.draft.answers[OTHER].stands.mark is Mark.WORK
    writing.save("changed here", version=1)
    for _ in range(2):
        import_report(*writing.at, decode_report(data), officer=8)
    assert writing.text() == "changed here"
    assert [each.typed["measure.1.text.1"] for each in writing.draft.answers[CLAUSE].beside] == ["for everybody"]
    elsewhere = writing.story.follow("elsewhere")
    number = import_report(elsewhere, writing.register, writing.desk, decode_report(data), officer=1)
    draft = read_report_draft(elsewhere, writing.register, writing.desk, number)
    assert encode_report(whole_draft(elsewhere, writing.register, writing.desk, draft).readable()) == data


def test_a_report_of_another_participant_is_refused(writing: Writing) -> None:
    report = make_report({"instrument": TEXT.id, "participant": "0" * 64, "period": 2026})
    with pytest.raises(UsageError, match="report-of-another"):
        import_report(*writing.at, report, officer=7)


def test_a_year_begins_with_the_answers_of_the_year_before(writing: Writing) -> None:
    writing.save("still so")
    number = begin_report(*writing.at, TEXT.id, 2027, officer=8, from_last=True)
    draft = read_report_draft(*writing.at, number)
    stands = draft.answers[CLAUSE].stands
    assert (stands.typed, stands.mark) == (words("still so"), Mark.WORK)
    before = last_report(*writing.at, draft)
    assert before is not None and before.period == 2026


def test_another_participant_on_the_node_finds_nothing_of_a_draft(writing: Writing) -> None:
    writing.save("ours alone", audience="own")
    other = DeskRef("0" * 64, "main", "duty")
    assert list_report_drafts(writing.node, writing.register, other) == []
    assert earlier_texts(writing.node, writing.register, other, writing.number, CLAUSE) == []
    for attempt in (
        lambda: read_report_draft(writing.node, writing.register, other, writing.number),
        lambda: save_answer(
            writing.node, writing.register, other, writing.number, CLAUSE, saved=Saved({}, Mark.WORK, 0, "", 9)
        ),
        lambda: propose_report(writing.node, writing.register, other, writing.number, seen="", officer=9),
        lambda: approve_report(writing.node, writing.register, other, writing.number, officer=9),
    ):
        with pytest.raises(UsageError, match="report-draft-not-found"):
            attempt()


def test_too_much_for_one_answer_is_refused_and_what_was_saved_stays(writing: Writing, tmp_path: Path) -> None:
    writing.save("short")
    with pytest.raises(UsageError, match="report-typed-too-large"):
        writing.save("x" * (1 << 17), version=1)
    assert writing.text() == "short"
