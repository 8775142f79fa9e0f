"""Which rows does a node keep? One module a subject; rows that hold register facts are projections of the log."""

from __future__ import annotations

from liaison.node.models.casework import FollowUp
from liaison.node.models.choices import CallBack, PinnedKeys
from liaison.node.models.line import (
    AttachmentRow,
    Case,
    Delivery,
    GivenReceipt,
    IncomingCopy,
    OutgoingCopy,
    OutgoingMessage,
    PeerHealth,
    SentHead,
    TakenReceipt,
    Timer,
)
from liaison.node.models.own import Epoch, HeldKey, HostedNode, OwnDesk, Setting
from liaison.node.models.people import AuditRow, Invitation, Membership, Officer
from liaison.node.models.recovery import LostMessage, PeerInquiry, RecoveredReceipt
from liaison.node.models.register import (
    Alarm,
    FactRow,
    FollowedRegister,
    LoggedEntry,
    RecordPart,
    Tile,
    WitnessedHead,
    WitnessProgress,
)
from liaison.node.models.reports import SentReport

__all__ = [
    "Alarm",
    "AttachmentRow",
    "AuditRow",
    "CallBack",
    "Case",
    "Delivery",
    "Epoch",
    "FactRow",
    "FollowUp",
    "FollowedRegister",
    "GivenReceipt",
    "HeldKey",
    "HostedNode",
    "IncomingCopy",
    "Invitation",
    "LoggedEntry",
    "LostMessage",
    "Membership",
    "Officer",
    "OutgoingCopy",
    "OutgoingMessage",
    "OwnDesk",
    "PeerHealth",
    "PeerInquiry",
    "PinnedKeys",
    "RecordPart",
    "RecoveredReceipt",
    "SentHead",
    "SentReport",
    "Setting",
    "TakenReceipt",
    "Tile",
    "Timer",
    "WitnessProgress",
    "WitnessedHead",
]
