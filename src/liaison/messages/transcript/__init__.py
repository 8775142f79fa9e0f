"""How is a whole case handed to somebody who was not there, and what may that person believe of it?"""

from __future__ import annotations

from liaison.messages.transcript.folded import FoldedLog, RegisterJudge, fold_log, fold_own_log
from liaison.messages.transcript.included import verify_included
from liaison.messages.transcript.pack import (
    Inclusion,
    KeptWord,
    LogCopy,
    Transcript,
    TranscriptMessage,
    decode_transcript,
    encode_transcript,
    pack_transcript,
)
from liaison.messages.transcript.report import Finding, FindingCode, Heard, Report, Standing, Statement
from liaison.messages.transcript.verify import verify_transcript

__all__ = [
    "Finding",
    "FindingCode",
    "FoldedLog",
    "Heard",
    "Inclusion",
    "KeptWord",
    "LogCopy",
    "RegisterJudge",
    "Report",
    "Standing",
    "Statement",
    "Transcript",
    "TranscriptMessage",
    "decode_transcript",
    "encode_transcript",
    "fold_log",
    "fold_own_log",
    "pack_transcript",
    "verify_included",
    "verify_transcript",
]
