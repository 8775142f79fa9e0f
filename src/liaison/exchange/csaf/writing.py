"""How does a case become a document in CSAF, of the profile for responses to security incidents?

    {"document": {"category": "csaf_security_incident_response", "csaf_version": "2.0", "title": "…",
                  "distribution": {"tlp": {"label": "AMBER"}}, "notes": […], …},
     "vulnerabilities": [{"cve": "CVE-2026-0001"}]}

Invariants (docs/spec/exchange.md): 2.0, which most programs read, except where only 2.1 has the label (AMBER+STRICT);
CSAF knows
vulnerabilities and no other observables, so all of them stand in one note, a line of JSON each.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from liaison.exchange.csaf.vocabulary import EXERCISE, OBSERVABLES, PROFILE, SCHEMA_2_1, TITLE, WORDS
from liaison.exchange.naming import domain_of, identifier, printed, shown_title
from liaison.exchange.observing import exact
from liaison.exchange.values import Report, Written
from liaison.messages.forms.observables import Observable
from liaison.messages.message import Tlp

_LABELS: Mapping[Tlp, tuple[str, str]] = MappingProxyType(
    {
        "clear": ("2.0", "WHITE"),
        "green": ("2.0", "GREEN"),
        "amber": ("2.0", "AMBER"),
        "amber-strict": ("2.1", "AMBER+STRICT"),
        "red": ("2.0", "RED"),
    }
)
_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,}")


def encode_csaf(report: Report) -> Written:
    """The document; every observable has a place in it. Nothing is raised."""
    version, label = _LABELS[report.tlp]
    reference = f"urn:uuid:{identifier(report, 'case')}"
    document = {
        "category": PROFILE,
        "csaf_version": version,
        "distribution": {**({"text": report.terms} if report.terms else {}), "tlp": {"label": label}},
        "lang": report.lang,
        "notes": list(_notes(report)),
        "publisher": _publisher(report),
        "references": [{"category": "external", "summary": "The case this was made from", "url": reference}],
        "title": shown_title(report),
        "tracking": _tracking(report),
    }
    found = [what for what in report.observables if what.kind == "vulnerability"]
    whole: dict[str, Any] = {"$schema": SCHEMA_2_1} if version == "2.1" else {}
    whole["document"] = document
    if found:
        whole["vulnerabilities"] = [_vulnerability(what) for what in found]
    return Written(printed(whole))


def _notes(report: Report) -> list[dict[str, Any]]:
    notes = [
        {
            "category": "summary",
            "text": report.description or report.title,
            "title": WORDS if report.description else TITLE,
        }
    ]
    if report.observables:
        lines = [json.dumps(exact(what), ensure_ascii=False, sort_keys=True) for what in report.observables]
        notes.append({"category": "details", "text": "\n".join(lines), "title": OBSERVABLES})
    if report.exercise:
        notes.append({"category": "general", "text": "This is an exercise.", "title": EXERCISE})
    return notes


def _publisher(report: Report) -> dict[str, Any]:
    mailbox = report.publisher.mailbox
    contact = {"contact_details": mailbox} if mailbox else {}
    return {
        "category": "coordinator",
        **contact,
        "name": report.publisher.name,
        "namespace": f"https://{domain_of(mailbox)}",
    }


def _tracking(report: Report) -> dict[str, Any]:
    return {
        "current_release_date": report.changed,
        "id": identifier(report, "csaf"),
        "initial_release_date": report.composed,
        "revision_history": [{"date": report.changed, "number": "1", "summary": "Export of the case"}],
        "status": "draft" if report.exercise else "final",
        "version": "1",
    }


def _vulnerability(what: Observable) -> dict[str, Any]:
    if _CVE.fullmatch(what.value):
        return {"cve": what.value}
    return {"ids": [{"system_name": what.value.partition("-")[0], "text": what.value}]}
