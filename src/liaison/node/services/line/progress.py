"""How far has a copy come? Its state moves by the one table in `messages.lifecycle`, inside a unit of work."""

from __future__ import annotations

from datetime import datetime

from liaison.messages.case import ACKNOWLEDGEMENT
from liaison.messages.lifecycle import CopyEvent, CopyState, advance_copy
from liaison.messages.message import Core
from liaison.messages.parties import DeskRef
from liaison.node.models import IncomingCopy, OutgoingCopy
from liaison.node.services.escalation.awaiting import note_answered
from liaison.node.services.escalation.keeping import note_signed
from liaison.node.work.statements import change


def advance(copy: OutgoingCopy, event: CopyEvent) -> None:
    """Move a copy to the state after `event`. Raises UsageError where the table has none."""
    copy.state = advance_copy(CopyState(copy.state), event).value
    change(OutgoingCopy, copy.pk, state=copy.state)


def note_acknowledgement(core: Core, desk: DeskRef, now: datetime) -> None:
    """An acknowledgement came in at our desk: the copy it speaks of has been seen by a person."""
    if core.form != ACKNOWLEDGEMENT or core.re is None:
        return
    copy = OutgoingCopy.objects.filter(
        message__core_hash=core.re,
        message__participant=desk.participant,
        message__desk=desk.desk,
        participant=core.sender.participant,
        node=core.sender.node,
        desk=core.sender.desk,
    ).first()
    if copy is not None and copy.state != CopyState.REJECTED:
        advance(copy, CopyEvent.ACKNOWLEDGED)
        note_answered(copy.pk, now)


def note_own_acknowledgement(core: Core, now: datetime) -> None:
    """We say that a person has seen what came: it waits for nobody any more."""
    if core.form == ACKNOWLEDGEMENT and core.re is not None:
        IncomingCopy.objects.filter(
            core_hash=core.re,
            register=core.register,
            participant=core.sender.participant,
            node=core.sender.node,
            desk=core.sender.desk,
        ).update(owed=False)
        note_signed(core, now)
