"""Which rows does a node keep? One module a subject; rows that hold register facts are projections of the log."""

from __future__ import annotations

from liaison.node.models.own import Epoch, HeldKey, HostedNode, OwnDesk, Setting
from liaison.node.models.register import (
    Alarm,
    FactRow,
    FollowedRegister,
    LoggedEntry,
    RecordPart,
    Submission,
    Tile,
    WitnessedHead,
    WitnessProgress,
)

__all__ = [
    "Alarm",
    "Epoch",
    "FactRow",
    "FollowedRegister",
    "HeldKey",
    "HostedNode",
    "LoggedEntry",
    "OwnDesk",
    "RecordPart",
    "Setting",
    "Submission",
    "Tile",
    "WitnessProgress",
    "WitnessedHead",
]
