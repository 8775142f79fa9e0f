"""Does evidence come into custody over the line, and open only for whoever accepts its conditions?"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from liaison.cooperation.evidence.conditions import fields_of
from liaison.cooperation.evidence.container import read_container
from liaison.cooperation.evidence.custody import Event
from liaison.cooperation.evidence.verify import compare_files, verify_record
from liaison.errors import LiaisonError, UsageError
from liaison.messages.transcript import fold_log
from liaison.node.models import AttachmentRow, AuditRow, EvidenceItem, EvidenceLine, IncomingCopy
from liaison.node.reads.cooperation.evidence import not_taken
from liaison.node.reads.inbox import show_message
from liaison.node.services.evidence.arriving import HAND_OVER
from liaison.node.services.evidence.ending import Destruction, destroy_evidence
from liaison.node.services.evidence.giving import HandOver, hand_over
from liaison.node.services.evidence.keeping import files_of, own_item, write_line
from liaison.node.services.evidence.leaving import add_record, evidence_letter
from liaison.node.services.evidence.opening import export_evidence, note_copy
from liaison.node.services.evidence.taking import take_evidence
from liaison.node.services.inside.between import sharing
from liaison.node.services.inside.clearance import Gone
from liaison.node.services.line.attachments import open_file
from liaison.node.services.line.fetching import want_attachments
from liaison.node.services.line.sending import send_letter
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Role
from liaison.wire.note import parse_note
from tests.cooperation.evidence.records import CONDITIONS, FILES
from tests.node.evidence.exchange import OFFICER, Exchange


@pytest.fixture
def between(tmp_path: Path) -> Iterator[Exchange]:
    with Exchange(tmp_path, codes=("XC", "XD", "XE")) as built:
        yield built


def code_of(call: Any) -> str:
    with pytest.raises(LiaisonError) as caught:
        call()
    return caught.value.code


def test_evidence_is_collected_handed_over_and_taken_with_a_line_each(between: Exchange) -> None:
    evidence = between.collect(remark="Copied at the provider, write blocker WB-3")
    between.hand_over(evidence)
    xc, xd = between.desk("XC"), between.desk("XD")
    assert between.events("XD", evidence) == [("collected", xc), ("handed-over", xc), ("taken", xd)]
    found = between.read("XD", evidence)
    assert (found.conditions, found.case, found.given_by, found.opened) == (CONDITIONS, between.case, xc, False)
    assert [(each.name, each.size) for each in found.manifest.files] == [(n, len(d)) for n, d in FILES.items()]
    assert between.read("XC", evidence).conditions is None


def test_nothing_opens_before_these_conditions_were_accepted(between: Exchange) -> None:
    evidence = between.collect()
    message_id = between.hand_over(evidence)
    for wrong in ("", "ab" * 32):
        assert code_of(lambda wrong=wrong: between.open("XD", evidence, accepted=wrong)) == "evidence-not-accepted"
    node = between.node("XD")
    core = show_message(node, message_id).core
    for position in range(len(core.attachments)):
        assert code_of(lambda at=position: open_file(node, core, at)) == "evidence-opens-as-evidence"
    assert [event for event, _ in between.events("XD", evidence)][-1] == "taken"
    assert between.open("XD", evidence) == FILES
    assert [event for event, _ in between.events("XD", evidence)][-1] == "opened"


def test_every_opening_and_copy_has_its_line_and_the_officer_is_in_the_desks_own_trail(between: Exchange) -> None:
    evidence = between.collect()
    between.hand_over(evidence)
    assert code_of(lambda: note_copy(between.node("XD"), between.seat("XD"), evidence, "too early", by=1)) == (
        "custody-broken"
    )
    between.open("XD", evidence, copied="Working copy")
    between.open("XD", evidence)
    note_copy(between.node("XD"), between.seat("XD"), evidence, "Sealed disk for the court", by=OFFICER)
    events = [event for event, _ in between.events("XD", evidence)]
    assert events[3:] == ["opened", "copied", "opened", "copied"]
    with between.at("XD"):
        trail = AuditRow.objects.filter(action__startswith="evidence-").values_list("action", "officer")
        assert list(trail.order_by("pk")) == [(f"evidence-{event}", OFFICER) for event in events[3:]]
        for line in EvidenceLine.objects.values_list("line", flat=True):
            assert b"officer" not in bytes(line)


def test_only_who_may_read_the_case_opens_and_only_who_may_write_gives(between: Exchange) -> None:
    evidence = between.collect()
    auditor = between.seat("XC", Role.AUDITOR)
    node = between.node("XC")
    for call in (
        lambda: list(export_evidence(node, auditor, evidence, by=OFFICER)),
        lambda: destroy_evidence(node, auditor, evidence, Destruction("erased"), by=OFFICER),
        lambda: note_copy(node, auditor, evidence, "x", by=OFFICER),
    ):
        assert code_of(call) == "not-permitted"


def test_taking_in_twice_and_a_hand_over_that_comes_twice_change_nothing(between: Exchange) -> None:
    between.network.duplicate = True
    evidence = between.collect()
    between.hand_over(evidence)
    before = between.events("XD", evidence)
    between.settle()
    assert (between.events("XD", evidence), between.has("XD")) == (before, [evidence])


def test_another_desk_of_the_node_has_none_of_it(between: Exchange) -> None:
    evidence = between.collect()
    between.hand_over(evidence)
    assert between.has("XE") == []
    assert code_of(lambda: between.open("XE", evidence, accepted="")) == "evidence-not-found"


def test_an_exported_container_is_checked_by_what_is_in_it_alone(between: Exchange) -> None:
    evidence = between.collect()
    between.hand_over(evidence)
    accepted = between.read("XD", evidence).accept
    assert code_of(lambda: list(export_evidence(between.node("XD"), between.seat("XD"), evidence, by=1))) == (
        "evidence-not-accepted"
    )
    chunks = export_evidence(between.node("XD"), between.seat("XD"), evidence, by=OFFICER, accepted=accepted)
    given = read_container(io.BytesIO(b"".join(chunks)).read)
    judge = fold_log(given.log.entries, parse_note(given.log.checkpoint.encode()), register=between.register)
    report = verify_record(given.record, judge, files=compare_files(given.record.manifest, given.files))
    assert report.proven
    assert [each.line.event.value for each in report.lines][-2:] == ["opened", "copied"]


@pytest.mark.engine
def test_a_destruction_ends_the_files_and_its_signed_record_goes_back(between: Exchange) -> None:
    evidence = between.collect()
    message_id = between.hand_over(evidence)
    between.open("XD", evidence)
    node, seat = between.node("XD"), between.seat("XD")
    with between.at("XD"):
        sealed = [row["sealed"] for row in EvidenceItem.objects.get().attachments]
    how = Destruction("media-destroyed", {"lang": "en", "text": "Two working copies wiped."})
    destroy_evidence(node, seat, evidence, how, by=OFFICER)
    between.settle()
    xd = between.desk("XD")
    assert between.events("XC", evidence)[-2:] == [("opened", xd), ("destroyed", xd)]
    assert not any(node.blobs.has(each) for each in sealed)
    assert all(between.node("XC").blobs.has(each) for each in sealed)
    assert want_attachments(node, message_id) == []
    with between.at("XD"):
        states = AttachmentRow.objects.filter(incoming__message_id=message_id).order_by("position")
        assert list(states.values_list("state", flat=True)) == ["held", "destroyed", "destroyed"]
    assert code_of(lambda: between.open("XD", evidence)) == "evidence-destroyed"
    with between.at("XC"):
        told = IncomingCopy.objects.get(form="destruction-record")
        assert show_message(between.node("XC"), told.message_id).fields["means"] == "media-destroyed"
    alone = read_container(io.BytesIO(b"".join(export_evidence(node, seat, evidence, by=OFFICER))).read)
    assert list(alone.files) == []


def test_nothing_is_destroyed_that_its_recipient_has_not_fetched(between: Exchange) -> None:
    evidence = between.collect()
    between.network.down.add("XD")
    between.hand_over(evidence)
    node, seat = between.node("XC"), between.seat("XC")
    refused = code_of(lambda: destroy_evidence(node, seat, evidence, Destruction("erased"), by=OFFICER))
    assert refused == "evidence-not-fetched"
    between.network.down.clear()
    between.advance(hours=1)
    between.settle()
    assert destroy_evidence(node, seat, evidence, Destruction("erased"), by=OFFICER) == Gone()
    assert between.open("XD", evidence) == FILES


def test_what_is_handed_over_again_after_its_destruction_opens_again(between: Exchange) -> None:
    evidence = between.collect()
    between.hand_over(evidence)
    destroy_evidence(between.node("XD"), between.seat("XD"), evidence, Destruction("erased"), by=OFFICER)
    between.settle()
    between.hand_over(evidence, conditions=msgspec.structs.replace(CONDITIONS, ending="keep", ends_by=None))
    assert between.read("XD", evidence).conditions.ending == "keep"  # type: ignore[union-attr]
    assert between.open("XD", evidence) == FILES


def test_a_record_that_was_changed_is_refused_and_nothing_is_in_custody(between: Exchange) -> None:
    evidence = between.collect()
    with between.at("XC"):
        item = EvidenceItem.objects.get()
        other = msgspec.json.decode(bytes(item.manifest))
        other["description"]["text"] = "Another disk"
        EvidenceItem.objects.update(manifest=msgspec.json.encode(other, order="sorted"))
    with pytest.raises(LiaisonError):
        between.hand_over(evidence)
    assert between.has("XD") == []


def test_conditions_that_differ_from_those_signed_keep_the_evidence_closed(between: Exchange) -> None:
    evidence, node = between.collect(), between.node("XC")
    shown = fields_of(msgspec.structs.replace(CONDITIONS, onward="same-conditions"))
    words = {"evidence": evidence, "description": {"lang": "en", "text": "A disk"}}
    with unit_of_work(node):
        row = own_item(between.register, between.desk("XC"), evidence, lock=True)
        write_line(node, row, Event.HANDED_OVER, to=between.desk("XD"), conditions=CONDITIONS)
        letter = evidence_letter(
            row, HAND_OVER, words | shown, to=between.desk("XD"), tlp="amber", attachments=files_of(row)
        )
        (sent,) = send_letter(node, add_record(node, row, letter))
    between.settle()
    message_id = sent.message_id
    (stray,) = not_taken(between.node("XD"), between.register, between.desk("XD"))
    assert (stray.message_id, stray.state, stray.reason) == (message_id, "refused", "evidence-conditions-differ")
    assert between.has("XD") == []


def test_evidence_cannot_leave_as_an_ordinary_message(between: Exchange) -> None:
    letter = between.letter("XC", "XD", form="evidence-handover", stage=None, fields={})
    with pytest.raises(UsageError, match="evidence-without-record"):
        send_letter(between.node("XC"), letter)
    assert {"evidence-handover"} == sharing.OPENED_AS_EVIDENCE


def test_a_large_record_waits_for_its_file_and_is_taken_when_it_is_here(between: Exchange) -> None:
    evidence = between.collect()
    node = between.node("XD")
    with between.at("XD"):
        before = AttachmentRow.objects.count()
    hand_over(
        between.node("XC"),
        between.seat("XC"),
        evidence,
        HandOver(to=between.desk("XD"), conditions=CONDITIONS),
        by=OFFICER,
    )
    between.work("XC")
    assert before == 0
    assert take_evidence(node) == 0
    assert [each.state for each in not_taken(node, between.register, between.desk("XD"))] == ["waiting"]
    between.settle()
    assert between.has("XD") == [evidence]
