"""Is every message judged by the register, and refused for the one reason that applies?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from liaison.errors import MalformedError, NotNowError, VerificationError
from liaison.keys.signing import sign_envelope
from liaison.messages.forms import code_list
from liaison.messages.inbox import (
    JudgeContext,
    Judgement,
    KnownCase,
    Note,
    Reason,
    SenderDesk,
    SenderKey,
    judge,
    reason_of,
)
from liaison.messages.message import ComposedUnder, ReceivedMessage, open_message
from liaison.wire.envelope import Envelope, PayloadType, Signature
from tests.messages import cast

DESK = cast.composed().core.to[0]
KEYID = cast.XC_KEY.public.fingerprint


def keys(**standing: Any) -> dict[str, SenderKey]:
    return {KEYID: SenderKey(public=cast.XC_KEY.public, **standing)}


def judged(message: ReceivedMessage | None = None, **facts: Any) -> Judgement:
    return judge(message or cast.received(), cast.context(DESK, **facts))


def with_envelope(signatures: tuple[Signature, ...]) -> ReceivedMessage:
    genuine = cast.received()
    envelope = Envelope(PayloadType.MESSAGE, genuine.envelope.payload, signatures)
    return ReceivedMessage(
        envelope,
        genuine.core,
        genuine.copy,
        genuine.core_hash,
        genuine.message_hash,
        genuine.disclosures,
        genuine.fields,
    )


def test_a_good_message_is_accepted() -> None:
    assert judged() == Judgement(None)


def test_a_message_for_another_register_is_rejected() -> None:
    assert judged(register=cast.made_hash("the real register")).reason is Reason.ANOTHER_REGISTER


def test_a_message_sealed_again_for_another_desk_is_rejected() -> None:
    other = cast.composed().core.to[1]
    assert judge(cast.received(), cast.context(other)).reason is Reason.NOT_FOR_THIS_DESK


def test_a_message_by_an_unknown_key_is_rejected() -> None:
    assert judged(sender_keys={}) == Judgement(Reason.NOT_AUTHENTIC, authentic=False)


def test_a_message_signed_by_another_participant_is_rejected() -> None:
    forged = sign_envelope(PayloadType.MESSAGE, cast.received().envelope.payload, [cast.XD_KEY])
    assert judged(with_envelope(forged.signatures)) == Judgement(Reason.NOT_AUTHENTIC, authentic=False)


def test_a_signature_under_the_name_of_another_key_is_rejected() -> None:
    forged = sign_envelope(PayloadType.MESSAGE, cast.received().envelope.payload, [cast.XD_KEY])
    assert judged(with_envelope((Signature(KEYID, forged.signatures[0].sig),))).reason is Reason.NOT_AUTHENTIC


@pytest.mark.parametrize("place", range(0, 64, 7))
def test_a_signature_with_a_flipped_bit_is_rejected(place: int) -> None:
    signature = bytearray(cast.received().envelope.signatures[0].sig)
    signature[place] ^= 1
    assert judged(with_envelope((Signature(KEYID, bytes(signature)),))).reason is Reason.NOT_AUTHENTIC


@pytest.mark.parametrize("change", [lambda sig: sig[:-1], lambda sig: sig + b"\0"])
def test_a_signature_of_another_length_is_rejected(change: Any) -> None:
    signature = change(cast.received().envelope.signatures[0].sig)
    assert judged(with_envelope((Signature(KEYID, signature),))).reason is Reason.NOT_AUTHENTIC


def test_what_is_not_authentic_is_not_remembered_under_the_identifier_it_claims() -> None:
    assert not judged(sender_keys={}).authentic
    assert judged(sender_keys=keys(revoked=True)).authentic


def test_a_revoked_key_never_counts() -> None:
    assert judged(sender_keys=keys(revoked=True)).reason is Reason.KEY_REVOKED


def test_a_revoked_key_does_not_count_for_what_was_composed_before() -> None:
    standing = keys(revoked=True, replaced_index=110, replaced_for=timedelta(days=1))
    assert judged(sender_keys=standing).reason is Reason.KEY_REVOKED


def test_a_replaced_key_counts_for_sixty_days() -> None:
    standing = keys(replaced_index=cast.UNDER.size, replaced_for=timedelta(days=60))
    assert judged(sender_keys=standing) == Judgement(None, frozenset({Note.KEY_REPLACED}))


def test_a_replaced_key_does_not_count_after_sixty_days() -> None:
    standing = keys(replaced_index=cast.UNDER.size, replaced_for=timedelta(days=60, seconds=1))
    assert judged(sender_keys=standing).reason is Reason.KEY_REPLACED


def test_a_replaced_key_does_not_count_for_what_was_composed_after() -> None:
    standing = keys(replaced_index=cast.UNDER.size - 1, replaced_for=timedelta(days=1))
    assert judged(sender_keys=standing).reason is Reason.KEY_REPLACED


def test_a_mirror_that_is_behind_says_not_now() -> None:
    with pytest.raises(NotNowError, match="mirror-behind"):
        judged(mirror_size=99, mirror_root=None)


def test_an_unknown_key_is_not_now_while_the_mirror_is_behind() -> None:
    with pytest.raises(NotNowError, match="mirror-behind"):
        judged(mirror_size=99, mirror_root=None, sender_keys={})


def test_a_forgery_is_rejected_even_while_the_mirror_is_behind() -> None:
    forged = with_envelope((Signature(KEYID, bytes(64)),))
    assert judged(forged, mirror_size=99, mirror_root=None).reason is Reason.NOT_AUTHENTIC


def test_a_message_composed_under_another_history_is_rejected() -> None:
    assert judged(mirror_root=cast.made_hash("other root")).reason is Reason.ANOTHER_HISTORY


def test_a_desk_that_was_never_published_is_rejected() -> None:
    assert judged(sender_desk=None).reason is Reason.UNKNOWN_DESK


def test_a_replay_gets_what_it_got_before() -> None:
    message = cast.received()
    assert judged(message, known_message=message.message_hash).replay


def test_a_replay_is_one_even_after_the_key_was_revoked() -> None:
    message = cast.received()
    assert judged(message, known_message=message.message_hash, sender_keys=keys(revoked=True)).replay


def test_a_replay_does_not_enter_the_case_again() -> None:
    message = cast.received()
    assert not judged(message, known_message=message.message_hash).accepted


def test_a_reused_identifier_is_rejected() -> None:
    assert judged(known_message=cast.made_hash("another message")).reason is Reason.ID_REUSED


def test_an_unauthentic_message_never_claims_a_reused_identifier() -> None:
    assert judged(known_message=cast.made_hash("genuine"), sender_keys={}).reason is Reason.NOT_AUTHENTIC


def test_a_rehearsal_takes_exercises_only() -> None:
    assert judged(cast.received(cast.composed(exercise=False))).reason is Reason.NOT_MARKED_EXERCISE


def test_a_real_register_takes_exercises_and_matters() -> None:
    for exercise in (True, False):
        assert judged(cast.received(cast.composed(exercise=exercise)), rehearsal=False).accepted


def test_the_parties_of_a_case_are_fixed() -> None:
    case = KnownCase(parties=frozenset({cast.XC, DESK}), exercise=True)
    assert judged(case=case).reason is Reason.OTHER_PARTIES


def test_whoever_speaks_the_parties_are_the_same() -> None:
    case = KnownCase(parties=frozenset({cast.XC, cast.XD, cast.XE}), exercise=True)
    assert judged(case=case).accepted


def test_a_case_does_not_turn_from_exercise_to_reality() -> None:
    case = KnownCase(parties=cast.composed().core.parties, exercise=False)
    assert judged(case=case).reason is Reason.EXERCISE_MIXED


def test_a_gap_is_accepted() -> None:
    message = cast.received(copy=cast.copy_for(DESK, 7, cast.made_hash("never arrived")))
    assert judged(message).accepted


def test_an_unknown_form_is_rejected() -> None:
    assert judged(cast.received(cast.composed(form_version=99))).reason is Reason.UNKNOWN_FORM


def test_another_form_of_the_same_name_is_rejected() -> None:
    assert judged(cast.received(cast.composed(form_hash=cast.made_hash("x")))).reason is Reason.FORM_DIFFERS


def test_fields_that_do_not_fit_are_rejected() -> None:
    message = cast.composed(fields=cast.NOTICE_FIELDS | {"incident_type": "war"})
    assert judged(cast.received(message)).reason is Reason.FIELDS_DO_NOT_FIT


def test_a_diplomatic_form_from_a_technical_desk_is_rejected() -> None:
    words = {"subject": {"lang": "fr", "text": "Objet"}, "question": {"lang": "fr", "text": "Question ?"}}
    message = cast.received(cast.composed(form="clarification", fields=words))
    assert judged(message).reason is Reason.NOT_FOR_THIS_KIND_OF_DESK
    assert judged(message, sender_desk=SenderDesk(kind="diplomatic")).accepted


def test_what_stays_inside_one_participant_is_rejected_from_another() -> None:
    answer: dict[str, Any] = {"fields": {"answer": "cleared"}, "re": cast.made_hash("share")}
    assert (
        judged(cast.received(cast.composed(form="internal-answer", stage=None, **answer))).reason is Reason.STAYS_INSIDE
    )


@pytest.mark.parametrize("hours", [-24, 24])
def test_a_wrong_clock_silences_nobody(hours: int) -> None:
    judgement = judged(now=cast.NOW + timedelta(hours=hours))
    assert judgement == Judgement(None, frozenset({Note.CLOCK_AHEAD}) if hours < 0 else frozenset())


def test_a_message_told_differently_is_accepted_and_shown() -> None:
    assert judged(known_core=cast.made_hash("what the other desk was told")).notes == {Note.TOLD_DIFFERENTLY}


def test_a_withdrawn_desk_and_disputed_keys_are_shown() -> None:
    desk = SenderDesk(kind="technical", withdrawn=True, disputed=True)
    assert judged(sender_desk=desk).notes == {Note.DESK_WITHDRAWN, Note.KEYS_DISPUTED}


def test_bytes_that_do_not_open_have_a_reason_too() -> None:
    assert reason_of(VerificationError("not-for-this-key")) is Reason.CANNOT_BE_OPENED
    assert reason_of(MalformedError("too-large")) is Reason.TOO_LARGE
    assert reason_of(MalformedError("not-canonical")) is Reason.MALFORMED


def test_every_reason_and_note_has_its_words() -> None:
    assert set(code_list("reason")) == set(Reason)
    assert set(code_list("note")) == set(Note)


def test_a_message_of_the_smallest_log_is_judged_too() -> None:
    under = ComposedUnder(1, cast.made_hash("root at 1"))
    message = open_message(cast.signed(cast.composed(under=under)).plaintext)
    context: JudgeContext = cast.context(DESK, mirror_root=under.root)
    assert judge(message, context).accepted
