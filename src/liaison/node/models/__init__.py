"""Which rows does a node keep? One module a subject; rows that hold register facts are projections of the log."""

from __future__ import annotations

from liaison.node.models.casework import FollowUp
from liaison.node.models.choices import CallBack, PinnedKeys
from liaison.node.models.drafts import BookContact, Draft
from liaison.node.models.duty.exercises import Exercise, ExerciseInject, ExerciseReturn
from liaison.node.models.duty.rotas import DutyFeed, DutyHoliday, DutyLayer, DutySpell, DutySwap, HandoverNote
from liaison.node.models.inside import (
    CaseNote,
    CaseShare,
    CaseStub,
    ClearanceElsewhere,
    ClearanceRequest,
    ClearanceRule,
    InternalCase,
    RetentionHold,
    RetentionRule,
    Review,
)
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
from liaison.node.models.people import AuditRow, CaseAccess, Invitation, LeavingStep, Membership, Officer
from liaison.node.models.programs import (
    ApiToken,
    EventHead,
    EventRow,
    KeptAnswer,
    Upload,
    Webhook,
    WebhookAttempt,
)
from liaison.node.models.proposals import EntryProposal
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
from liaison.node.models.signing_in import OfficerSession, OneTimeCodes, Passkey, RecoveryCode, SignInAttempt
from liaison.node.models.ways.letter_box import KeptLetter, LeftLetter, OwnLetterBox
from liaison.node.models.ways.mail import FetchedMail, MailboxPlace, MailContact, MailKey, SentMail

__all__ = [
    "Alarm",
    "ApiToken",
    "AttachmentRow",
    "AuditRow",
    "BookContact",
    "CallBack",
    "Case",
    "CaseAccess",
    "CaseNote",
    "CaseShare",
    "CaseStub",
    "ClearanceElsewhere",
    "ClearanceRequest",
    "ClearanceRule",
    "Delivery",
    "Draft",
    "DutyFeed",
    "DutyHoliday",
    "DutyLayer",
    "DutySpell",
    "DutySwap",
    "EntryProposal",
    "Epoch",
    "EventHead",
    "EventRow",
    "Exercise",
    "ExerciseInject",
    "ExerciseReturn",
    "FactRow",
    "FetchedMail",
    "FollowUp",
    "FollowedRegister",
    "GivenReceipt",
    "HandoverNote",
    "HeldKey",
    "HostedNode",
    "IncomingCopy",
    "InternalCase",
    "Invitation",
    "KeptAnswer",
    "KeptLetter",
    "LeavingStep",
    "LeftLetter",
    "LoggedEntry",
    "LostMessage",
    "MailContact",
    "MailKey",
    "MailboxPlace",
    "Membership",
    "Officer",
    "OfficerSession",
    "OneTimeCodes",
    "OutgoingCopy",
    "OutgoingMessage",
    "OwnDesk",
    "OwnLetterBox",
    "Passkey",
    "PeerHealth",
    "PeerInquiry",
    "PinnedKeys",
    "RecordPart",
    "RecoveredReceipt",
    "RecoveryCode",
    "RetentionHold",
    "RetentionRule",
    "Review",
    "SentHead",
    "SentMail",
    "SentReport",
    "Setting",
    "SignInAttempt",
    "TakenReceipt",
    "Tile",
    "Timer",
    "Upload",
    "Webhook",
    "WebhookAttempt",
    "WitnessProgress",
    "WitnessedHead",
]
