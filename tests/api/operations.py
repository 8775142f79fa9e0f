"""Which operations are there, and which scope does each need? One line each, written by hand and not read from the API.

An operation that is missing here, or is here and nowhere else, fails `test_walls`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from liaison.officers.tokens import Scope

ANYONE, ANY_TOKEN = "anyone", "any token"
PARTICIPANT = "0" * 64


@dataclass(frozen=True)
class Operation:
    """How it is asked for; `{message}` and `{case}` stand for those of another desk."""

    method: str
    path: str
    who: Scope | str
    body: Any = None
    key: bool = False

    @property
    def of_a_case(self) -> bool:
        """Whether it is about one case or message of a desk."""
        return "{" in self.path

    @property
    def of_contents(self) -> bool:
        """Whether a closed case refuses it."""
        return self.who is Scope.READ_CASES or "replies" in self.path


_NEW = {"to": ["XD"], "form": "incident-notice", "fields": {}}
OPERATIONS: Mapping[str, Operation] = {
    "token": Operation("GET", "/token", ANY_TOKEN),
    "problem_type": Operation("GET", "/problems/case-not-found", ANYONE),
    "look_up": Operation("GET", "/lookup?value=192.0.2.7", Scope.LOOK_UP),
    "look_up_many": Operation("POST", "/lookup", Scope.LOOK_UP, {"values": ["192.0.2.7"]}),
    "register": Operation("GET", "/register", Scope.READ_REGISTER),
    "checkpoint": Operation("GET", "/register/checkpoint", Scope.READ_REGISTER),
    "participants": Operation("GET", "/register/participants", Scope.READ_REGISTER),
    "participant": Operation("GET", f"/register/participants/{PARTICIPANT}", Scope.READ_REGISTER),
    "desks": Operation("GET", "/register/desks", Scope.READ_REGISTER),
    "desk": Operation("GET", f"/register/desks/{PARTICIPANT}/duty", Scope.READ_REGISTER),
    "entries": Operation("GET", "/register/entries", Scope.READ_REGISTER),
    "entry": Operation("GET", "/register/entries/0", Scope.READ_REGISTER),
    "proof": Operation("GET", "/register/entries/0/proof", Scope.READ_REGISTER),
    "instruments": Operation("GET", "/instruments", Scope.READ_REGISTER),
    "instrument": Operation("GET", "/instruments/budapest-2001", Scope.READ_REGISTER),
    "stands": Operation("GET", f"/stands/{PARTICIPANT}", Scope.READ_REGISTER),
    "legal_basis": Operation("GET", "/legal-basis?to=XZ", Scope.READ_REGISTER),
    "help_with_norms": Operation("GET", "/conduct/help", Scope.READ_METADATA),
    "practices": Operation("GET", "/conduct/practices", Scope.READ_METADATA),
    "introductions": Operation("GET", "/conduct/introductions", Scope.READ_METADATA),
    "measured": Operation("GET", "/conduct/measured", Scope.READ_REGISTER),
    "measurements": Operation("GET", "/conduct/measurements", Scope.READ_CASES),
    "measurement": Operation("GET", "/conduct/measurements/1", Scope.READ_CASES),
    "reports": Operation("GET", "/conduct/reports", Scope.READ_REGISTER),
    "report": Operation("GET", f"/conduct/reports/{PARTICIPANT}/budapest-2001/2026", Scope.READ_REGISTER),
    "report_parts": Operation("GET", f"/conduct/reports/{PARTICIPANT}/budapest-2001/2026/parts", Scope.READ_REGISTER),
    "own_report": Operation("GET", "/conduct/own/budapest-2001/2026", Scope.READ_CASES),
    "cases": Operation("GET", "/cases", Scope.READ_METADATA),
    "case": Operation("GET", "/cases/{case}", Scope.READ_METADATA),
    "transcript": Operation("GET", "/cases/{case}/transcript", Scope.READ_CASES),
    "messages": Operation("GET", "/messages", Scope.READ_METADATA),
    "message": Operation("GET", "/messages/{message}", Scope.READ_METADATA),
    "receipts": Operation("GET", "/messages/{message}/receipts", Scope.READ_METADATA),
    "events": Operation("GET", "/events", Scope.READ_METADATA),
    "stream": Operation("GET", "/events/stream?seconds=0", Scope.READ_METADATA),
    "check": Operation("POST", "/checks", Scope.SEND, _NEW),
    "send": Operation("POST", "/messages", Scope.SEND, _NEW, key=True),
    "reply": Operation("POST", "/messages/{message}/replies", Scope.SEND, {"fields": {"answer": "accepted"}}, key=True),
    "acknowledge": Operation("POST", "/messages/{message}/acknowledge", Scope.ACKNOWLEDGE, {}),
    "upload": Operation("POST", "/attachments?name=x", Scope.SEND, {}),
    "download": Operation("GET", "/messages/{message}/attachments/0", Scope.READ_CASES),
    "fetch": Operation("POST", "/messages/{message}/fetch", Scope.READ_CASES),
}
