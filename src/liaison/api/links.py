"""Which request follows from an answer? The links of the document (OpenAPI 3.1, "Link Object"), one line each.

    "links": {"receipts": {"operationId": "receipts", "parameters": {"message": "$response.body#/sent/0/message"}}}

Invariants: a link names an operation of this document and every parameter of its path; it says where the value stands
in the answer, never what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_SENT = {"message": "/sent/0/message"}
_NEWEST = {"message": "/messages/0/message"}
_CASE_OF = {"case": "/cases/0/case"}
_DESK = {"participant": "/desks/0/participant", "desk": "/desks/0/desk"}
# Operation → status → the operation that may follow → each of its parameters, by its place in the answer.
LINKS: Mapping[str, Mapping[int, Mapping[str, Mapping[str, str]]]] = MappingProxyType(
    {
        "send": {201: {"message": _SENT, "receipts": _SENT, "case": {"case": "/sent/0/case"}}},
        "reply": {201: {"message": _SENT, "receipts": _SENT, "case": {"case": "/sent/0/case"}}},
        "cases": {200: {"case": _CASE_OF, "transcript": _CASE_OF}},
        "case": {200: {"message": _NEWEST, "transcript": {"case": "/case/case"}}},
        "messages": {200: dict.fromkeys(("message", "receipts", "acknowledge", "reply", "fetch"), _NEWEST)},
        "message": {200: {"case": {"case": "/message/case"}, "receipts": {"message": "/message/message"}}},
        "events": {200: {"events": {"after": "/next"}, "message": {"message": "/events/0/message"}}},
        "measurements": {200: {"measurement": {"number": "/measurements/0/number"}}},
        "participants": {200: {"participant": {"participant": "/participants/0/id"}}},
        "desks": {200: {"desk": _DESK}},
        "entries": {200: {name: {"index": "/entries/0/index"} for name in ("entry", "proof")}},
    }
)


def add_links(operation: dict[str, Any]) -> None:
    """Write the links of an operation into what the document says of it."""
    for status, links in LINKS.get(operation["operationId"], {}).items():
        operation["responses"][status]["links"] = {
            name: {
                "operationId": name,
                "parameters": {parameter: f"$response.body#{place}" for parameter, place in given.items()},
            }
            for name, given in links.items()
        }
