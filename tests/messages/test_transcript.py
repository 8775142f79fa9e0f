"""Does a transcript prove what was said, and does it show what it does not prove?

The register is the small one of XC, XD and XE; what is tampered with is signed or packed again as a liar would.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from liaison.errors import VerificationError
from liaison.messages.forms import code_list
from liaison.messages.message import (
    Attachment,
    ComposedUnder,
)
from liaison.messages.receipts import decode_receipt, next_receipt, sign_receipt
from liaison.messages.transcript import (
    FindingCode,
    FoldedLog,
    Inclusion,
    Standing,
    decode_transcript,
    encode_transcript,
    fold_own_log,
    verify_included,
    verify_transcript,
)
from liaison.register.vocabulary import DeskKind
from liaison.wire.identifiers import encode_base64
from tests.messages import cast
from tests.messages.scenes import Scene, codes, judged, packed, scene
from tests.register.registry import small_register


def test_a_whole_transcript_is_proven() -> None:
    report = judged(packed())
    (said,) = report.statements
    assert (report.proven, codes(report)) == (True, set())
    assert said.standing is Standing.COUNTS
    assert {(heard.desk, heard.verdict, heard.received) for heard in said.heard} == {
        (scene().desk("XD"), "accepted", cast.RECEIVED),
        (scene().desk("XE"), "accepted", cast.RECEIVED),
    }


def test_a_transcript_survives_its_file() -> None:
    made = packed(log=scene().log(), included=scene().inclusions(), exported_by=scene().desk("XD"))
    assert decode_transcript(encode_transcript(made)) == made


def test_the_log_inside_is_enough() -> None:
    made = decode_transcript(encode_transcript(packed(log=scene().log())))
    assert verify_transcript(made, fold_own_log(made), {}).proven


def test_names_come_from_the_register() -> None:
    assert set(judged(packed()).names.values()) == {"State XC", "State XD", "State XE"}


def test_an_unwitnessed_log_is_said_to_be_one() -> None:
    report = judged(packed())
    assert not report.witnessed
    assert FindingCode.NOT_WITNESSED in {finding.code for finding in report.findings}


def test_without_a_log_it_is_included_and_validity_not_checked() -> None:
    made = packed(included=scene().inclusions())
    report = verify_transcript(made, None, verify_included(made))
    assert [said.standing for said in report.statements] == [Standing.NOT_CHECKED]
    assert (codes(report), report.proven) == ({FindingCode.VALIDITY_NOT_CHECKED}, False)


def test_without_log_and_proofs_nothing_can_be_checked() -> None:
    report = verify_transcript(packed(), None, {})
    assert codes(report) == {FindingCode.VALIDITY_NOT_CHECKED, FindingCode.KEYS_MISSING}


def test_a_proof_of_another_entry_is_refused() -> None:
    first, second, *_ = scene().inclusions()
    with pytest.raises(VerificationError):
        verify_included(packed(included=(first, Inclusion(second.entry, first.proof))))


def test_proofs_without_leaf_0_are_refused() -> None:
    with pytest.raises(VerificationError, match="log-of-another-register"):
        verify_included(packed(included=scene().inclusions()[1:]))


def test_a_log_of_another_register_is_refused() -> None:
    other = Scene(small_register(prefix="other "))
    with pytest.raises(VerificationError, match="log-of-another-register"):
        fold_own_log(packed(log=other.log()))


def test_a_log_with_a_changed_entry_is_refused() -> None:
    log = scene().log()
    with pytest.raises(VerificationError, match="log-not-as-stated"):
        fold_own_log(packed(log=replace(log, entries=(*log.entries[:-1], log.entries[1]))))


def test_a_truncated_log_is_refused() -> None:
    log = scene().log()
    with pytest.raises(VerificationError):
        fold_own_log(packed(log=replace(log, entries=log.entries[:-1])))


def test_a_log_that_ends_before_a_receipt_is_too_short() -> None:
    here = scene()
    shorter = FoldedLog(here.registry.leaves[:-1])
    report = verify_transcript(packed(), shorter, {})
    assert FindingCode.LOG_TOO_SHORT in codes(report)
    assert not report.proven


def test_a_withheld_field_shows_and_proves_the_rest() -> None:
    messages = scene().notice()
    made = packed(messages, withheld={messages[0].core_hash: {"title"}})
    report = judged(decode_transcript(encode_transcript(made)))
    (said,) = report.statements
    assert (said.withheld, sorted(said.fields)) == (("title",), ["expectation", "incident_type"])
    assert (codes(report), report.proven) == ({FindingCode.FIELDS_WITHHELD}, True)


def test_the_value_of_a_withheld_field_is_not_in_the_file() -> None:
    messages = scene().notice()
    data = encode_transcript(packed(messages, withheld={messages[0].core_hash: {"title"}}))
    assert b"Flood against name servers" not in data


def test_a_message_signed_by_another_key_does_not_hold() -> None:
    messages = scene().notice(signer=scene().key("XD"))
    report = judged(packed(messages, []))
    assert FindingCode.KEY_NOT_OF_NODE in codes(report)
    assert [said.standing for said in report.statements] == [Standing.INVALID]


def test_a_desk_that_was_never_published_does_not_hold() -> None:
    here = scene()
    nobody = cast.changed(here.desk("XC"), desk="nobody")
    assert FindingCode.UNKNOWN_DESK in codes(judged(packed(here.notice(sender=nobody), [])))


def test_fields_that_do_not_fit_are_said_to_be_unfit() -> None:
    words = cast.NOTICE_FIELDS | {"title": "\x1b[2J without a language"}
    report = judged(packed(scene().notice(fields=words)))
    assert (codes(report), report.proven) == ({FindingCode.FIELDS_DO_NOT_FIT}, True)


def test_a_withheld_field_is_not_held_against_its_form() -> None:
    messages = scene().notice(fields=cast.NOTICE_FIELDS | {"title": "without a language"})
    report = judged(packed(messages, withheld={messages[0].core_hash: {"title"}}))
    assert codes(report) == {FindingCode.FIELDS_WITHHELD}


def test_the_time_of_the_verdict_stays_when_attachments_follow() -> None:
    file = Attachment("a.txt", "text/plain", 3, cast.made_hash("p"), cast.made_hash("s"), 9, encode_base64(bytes(32)))
    messages = scene().notice(attachments=(file,))
    first = [scene().receipt(message) for message in messages]
    later = next_receipt(first[0], [file.sealed], received="2026-11-22T04:00:00Z", checkpoint=scene().under())
    signed = decode_receipt(
        sign_receipt(later, scene().key("XD" if messages[0].copy.desk == scene().desk("XD") else "XE"))
    )
    (said,) = judged(packed(messages, [*first, signed])).statements
    assert {(heard.received, len(heard.attachments)) for heard in said.heard} == {
        (cast.RECEIVED, 1),
        (cast.RECEIVED, 0),
    }


def test_acknowledgements_name_the_desk() -> None:
    here = scene()
    messages = here.notice()
    seen = here.notice(
        number=20,
        form="acknowledgement",
        fields={"at": cast.RECEIVED, "by_duty_desk": True},
        stage=None,
        sender=here.desk("XD"),
        to=(here.desk("XC"), here.desk("XE")),
        re=messages[0].core_hash,
        signer=here.key("XD"),
    )
    report = judged(packed([*messages, *seen]))
    assert report.acknowledged == {messages[0].core_hash: (here.desk("XD"),)}


def test_a_bad_signature_does_not_hold() -> None:
    (message, *_) = scene().notice()
    bad = msgspec.structs.replace(message.envelope.signatures[0], sig=bytes(64))
    broken = replace(message, envelope=msgspec.structs.replace(message.envelope, signatures=(bad,)))
    assert FindingCode.BAD_SIGNATURE in codes(judged(packed([broken], [])))


def test_a_checkpoint_of_another_history_does_not_hold() -> None:
    messages = scene().notice(under=ComposedUnder(5, cast.made_hash("another root")))
    assert FindingCode.ANOTHER_HISTORY in codes(judged(packed(messages, [])))


def test_a_register_file_of_another_register_does_not_hold() -> None:
    other = Scene(small_register(prefix="other "))
    assert FindingCode.ANOTHER_HISTORY in codes(judged(packed(), other))


def test_a_missing_receipt_and_copy_are_listed() -> None:
    (copy, _) = scene().notice()
    report = judged(packed([copy], []))
    assert codes(report) == {FindingCode.COPY_MISSING, FindingCode.RECEIPT_MISSING}
    assert report.proven


def test_a_rejection_is_reported_with_its_reason() -> None:
    messages = scene().notice()
    receipts = [scene().receipt(messages[0], "unknown-form"), scene().receipt(messages[1])]
    heard = {each.reason for said in judged(packed(messages, receipts)).statements for each in said.heard}
    assert heard == {"unknown-form", None}


def test_two_verdicts_for_one_copy_contradict() -> None:
    messages = scene().notice()
    receipts = [scene().receipt(message) for message in messages] + [scene().receipt(messages[0], "malformed")]
    assert FindingCode.RECEIPTS_CONTRADICT in codes(judged(packed(messages, receipts)))


def test_a_receipt_that_names_another_core_does_not_fit() -> None:
    messages = scene().notice()
    receipts = [scene().receipt(messages[0], core=cast.made_hash("x")), scene().receipt(messages[1])]
    assert FindingCode.RECEIPT_DOES_NOT_FIT in codes(judged(packed(messages, receipts)))


def test_attachments_without_a_receipt_are_listed() -> None:
    file = Attachment("a.txt", "text/plain", 3, cast.made_hash("p"), cast.made_hash("s"), 9, encode_base64(bytes(32)))
    messages = scene().notice(attachments=(file,))
    held = [scene().receipt(messages[0], attachments=(file.sealed,)), scene().receipt(messages[1])]
    report = judged(packed(messages, held))
    assert [finding.params for finding in report.findings if finding.code == "attachments-not-receipted"] == [
        (("desk", str(messages[1].copy.desk)),)
    ]


def test_a_message_told_differently_is_found() -> None:
    words = cast.NOTICE_FIELDS | {"expectation": "for-information"}
    messages = [scene().notice()[0], scene().notice(fields=words)[1]]
    report = judged(packed(messages))
    assert FindingCode.TOLD_DIFFERENTLY in codes(report)
    assert not report.proven


def revoked(**changes: Any) -> tuple[Scene, int]:
    """A register where XC's message key was revoked, and the size before."""
    registry = small_register()
    before = len(registry.leaves)
    registry.revoke("XC/main/message", "XC", **changes)
    return Scene(registry), before


def test_what_a_revoked_key_signed_counts_when_another_had_it_before() -> None:
    here, before = revoked()
    messages = here.notice(under=here.under(before))
    receipts = [here.receipt(message, size=before) for message in messages]
    report = judged(packed(messages, receipts), here)
    assert (report.proven, [said.standing for said in report.statements]) == (True, [Standing.COUNTS])


def test_what_a_revoked_key_signed_is_its_senders_word_only_without_a_receipt() -> None:
    here, before = revoked()
    report = judged(packed(here.notice(under=here.under(before)), []), here)
    assert [said.standing for said in report.statements] == [Standing.SENDERS_WORD_ONLY]


def test_a_receipt_given_after_the_revocation_dates_nothing() -> None:
    here, before = revoked()
    messages = here.notice(under=here.under(before))
    report = judged(packed(messages, [here.receipt(message) for message in messages]), here)
    assert [said.standing for said in report.statements] == [Standing.SENDERS_WORD_ONLY]


def test_a_receipt_given_while_the_key_was_suspect_dates_nothing() -> None:
    here, before = revoked(since=3)
    messages = here.notice(under=here.under(before))
    report = judged(packed(messages, [here.receipt(message, size=before) for message in messages]), here)
    assert [said.standing for said in report.statements] == [Standing.SENDERS_WORD_ONLY]


def test_a_receipt_by_a_revoked_key_dates_nothing() -> None:
    here, before = revoked()
    for who in ("XD", "XE"):
        here.registry.revoke(f"{who}/main/message", who)
    messages = here.notice(under=here.under(before))
    report = judged(packed(messages, [here.receipt(message, size=before) for message in messages]), here)
    assert [said.standing for said in report.statements] == [Standing.SENDERS_WORD_ONLY]


def test_parties_that_change_within_a_case_are_found() -> None:
    here = scene()
    fewer = here.notice(number=11, to=(here.desk("XD"),))
    report = judged(packed([*here.notice(), *fewer]))
    assert FindingCode.PARTIES_CHANGED in codes(report)


def replaced() -> tuple[Scene, int]:
    """A register where XC's message key was replaced, and the size before."""
    registry = small_register()
    before = len(registry.leaves)
    keys = {"message": registry.key("XC/main/message 2").public, "cosigning": registry.keys["XC", "main"].cosigning}
    registry.set_keys("XC", registry.node_keys("XC", "main", tuple(DeskKind), **keys), extra=["XC/main/message 2"])
    return Scene(registry), before


def test_what_a_replaced_key_signed_before_counts_with_a_receipt() -> None:
    here, before = replaced()
    messages = here.notice(under=here.under(before))
    report = judged(packed(messages, [here.receipt(message) for message in messages]), here)
    assert [said.standing for said in report.statements] == [Standing.COUNTS]


def test_what_a_replaced_key_signed_before_is_its_senders_word_only_without_a_receipt() -> None:
    here, before = replaced()
    report = judged(packed(here.notice(under=here.under(before)), []), here)
    assert [said.standing for said in report.statements] == [Standing.SENDERS_WORD_ONLY]


def test_what_a_replaced_key_signed_after_does_not_hold() -> None:
    here, _ = replaced()
    report = judged(packed(here.notice(), []), here)
    assert (FindingCode.KEY_REPLACED in codes(report), report.proven) == (True, False)


def test_every_standing_and_finding_has_its_words() -> None:
    assert set(code_list("standing")) == set(Standing)
    assert set(code_list("finding")) == set(FindingCode)
