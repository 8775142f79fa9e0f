"""Which pages are there, and who may ask for each? One line a page, written by hand and not read from the pages.

A page that is missing here, or is here and nowhere else, fails `test_walls`: whoever adds a page says who may see it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, reverse

from liaison.officers.permissions import Action
from liaison.web import urls

CASE = "01920000-0000-7000-8000-000000000000"
ANYONE, SIGNED_IN = "anyone", "signed in"


@dataclass(frozen=True)
class Page:
    """Who may ask: anyone, whoever is signed in, or a role that allows the action; `args` make an address of it."""

    who: Action | str
    args: Mapping[str, Any] = field(default_factory=dict)
    again: bool = False
    """Whether it asks for proof after five minutes."""


_OFFICER, _CASE, _ENTRY = {"officer": 1}, {"case": CASE}, {"index": 0}
_DRAFT, _FILE = {"number": 1}, {"case": CASE, "message": CASE, "position": 0}
_REQUEST = {"root": "0" * 64}
_EVIDENCE = {"evidence": "0" * 64}
_METHOD = {"method": 1}
_REPORT = {"message": CASE}
_EXERCISE = {"exercise": uuid.UUID(CASE)}
_OWN_REPORT, _OWN_ANSWER = {"number": 1}, {"number": 1, "clause": "art-29"}
_CODE = {"instrument": "un-norms-2015"}
_CENTRE = {"participant": "unknown", "desk": "duty"}
PAGES: Mapping[str, Page] = {
    "first": Page(SIGNED_IN),
    "sign-in": Page(ANYONE),
    "sign-in-passkey": Page(ANYONE),
    "sign-in-challenge": Page(ANYONE),
    "sign-out": Page(ANYONE),
    "join": Page(ANYONE, {"token": "guessed"}),
    "language": Page(ANYONE),
    "again": Page(SIGNED_IN),
    "again-challenge": Page(SIGNED_IN),
    "first-way-in": Page(SIGNED_IN),
    "passkey-challenge": Page(SIGNED_IN, again=True),
    "passkey-add": Page(SIGNED_IN, again=True),
    "passkey-remove": Page(SIGNED_IN, {"passkey": 1}, again=True),
    "password": Page(SIGNED_IN, again=True),
    "password-remove": Page(SIGNED_IN, again=True),
    "recovery-codes": Page(SIGNED_IN, again=True),
    "account": Page(SIGNED_IN),
    "provider": Page(ANYONE),
    "provider-back": Page(ANYONE),
    "account-person": Page(SIGNED_IN),
    "have": Page(ANYONE, {"token": "guessed"}),
    "reached": Page(SIGNED_IN),
    "reached-duty": Page(SIGNED_IN),
    "reached-add": Page(SIGNED_IN, again=True),
    "reached-confirm": Page(SIGNED_IN, _METHOD),
    "reached-code": Page(SIGNED_IN, _METHOD),
    "reached-test": Page(SIGNED_IN, _METHOD),
    "reached-change": Page(SIGNED_IN, _METHOD, again=True),
    "reached-first": Page(SIGNED_IN, _METHOD),
    "reached-remove": Page(SIGNED_IN, _METHOD, again=True),
    "snooze": Page(Action.ACKNOWLEDGE, _CASE),
    "hand-on": Page(Action.ACKNOWLEDGE, _CASE),
    "call-in": Page(Action.ACKNOWLEDGE, _CASE),
    "told": Page(SIGNED_IN),
    "told-code": Page(SIGNED_IN, {"code": "4821"}),
    "escalation-plans": Page(Action.SET_RULES),
    "escalation-plan-drop": Page(Action.SET_RULES),
    "planned-work": Page(Action.SET_RULES),
    "planned-work-end": Page(Action.SET_RULES),
    "session-end": Page(SIGNED_IN, {"session": 1}),
    "sessions-end": Page(SIGNED_IN),
    "desk": Page(Action.READ_METADATA),
    "duty": Page(Action.READ_METADATA),
    "duty-take": Page(Action.ACKNOWLEDGE),
    "duty-note": Page(Action.ACKNOWLEDGE),
    "duty-note-seen": Page(Action.ACKNOWLEDGE, {"number": 1}),
    "duty-change": Page(Action.READ_METADATA),
    "duty-change-drop": Page(Action.READ_METADATA, {"number": 1}),
    "duty-swap": Page(Action.ACKNOWLEDGE),
    "duty-swap-answer": Page(Action.ACKNOWLEDGE, {"number": 1}),
    "duty-calendars": Page(Action.ACKNOWLEDGE),
    "duty-feed-make": Page(Action.ACKNOWLEDGE),
    "duty-feed-end": Page(Action.ACKNOWLEDGE, {"number": 1}),
    "duty-calendar-take": Page(Action.ACKNOWLEDGE),
    "duty-feed": Page(ANYONE, {"token": "guessed"}),
    "duty-rota": Page(Action.SET_RULES),
    "duty-layer-drop": Page(Action.SET_RULES),
    "duty-layer-raise": Page(Action.SET_RULES),
    "duty-holiday": Page(Action.SET_RULES),
    "duty-holiday-drop": Page(Action.SET_RULES),
    "mailboxes": Page(Action.READ_METADATA),
    "mailboxes-keep": Page(Action.WRITE),
    "mailboxes-forget": Page(Action.WRITE),
    "mailboxes-from-book": Page(Action.WRITE),
    "mailboxes-from-register": Page(Action.WRITE),
    "mailboxes-attach": Page(Action.WRITE),
    "mailboxes-check": Page(Action.WRITE),
    "checks": Page(Action.READ_METADATA),
    "checks-run": Page(Action.WRITE),
    "checks-ask": Page(Action.WRITE),
    "checks-plan": Page(Action.SET_RULES),
    "check-history": Page(Action.READ_METADATA, _CENTRE),
    "own-entry-confirm": Page(Action.PUBLISH),
    "register": Page(Action.READ_METADATA),
    "world-map": Page(Action.READ_METADATA),
    "register-changes": Page(Action.READ_METADATA),
    "log": Page(Action.READ_METADATA),
    "log-entry": Page(Action.READ_METADATA, _ENTRY),
    "log-proof": Page(Action.READ_METADATA, _ENTRY),
    "own-entry": Page(Action.READ_METADATA),
    "own-entry-change": Page(Action.PUBLISH, again=True),
    "own-entry-withdraw": Page(Action.PUBLISH, again=True),
    "own-entry-approve": Page(Action.PUBLISH, again=True),
    "own-entry-letter": Page(Action.READ_METADATA),
    "write": Page(Action.WRITE),
    "write-sent": Page(Action.WRITE, {"sent_as": CASE}),
    "write-discard": Page(Action.WRITE, _DRAFT),
    "write-upload": Page(Action.WRITE, _DRAFT),
    "write-remove": Page(Action.WRITE, _DRAFT),
    "write-send": Page(Action.WRITE, _DRAFT),
    "write-step": Page(Action.WRITE, _DRAFT | {"name": "check"}),
    "cases": Page(Action.READ_METADATA),
    "exercises": Page(Action.READ_METADATA),
    "exercise-part": Page(Action.WRITE),
    "exercise-plan": Page(Action.WRITE),
    "exercise-board": Page(Action.READ_CASE, _EXERCISE),
    "exercise-change": Page(Action.WRITE, _EXERCISE),
    "exercise-report": Page(Action.READ_CASE, _EXERCISE),
    "exercise-report-pdf": Page(Action.READ_CASE, _EXERCISE),
    "exercise-report-csv": Page(Action.READ_CASE, _EXERCISE),
    "phrases": Page(Action.READ_METADATA),
    "cases-export": Page(Action.READ_CASE),
    "acknowledge": Page(Action.ACKNOWLEDGE),
    "saying": Page(Action.WRITE, _CASE | {"form": "reply"}),
    "follow-up": Page(Action.WRITE, _CASE),
    "file": Page(Action.READ_CASE, _FILE),
    "file-indicators": Page(Action.READ_CASE, _FILE),
    "fetch-file": Page(Action.READ_CASE, _FILE),
    "transcript": Page(Action.READ_CASE, _CASE),
    "case-export": Page(Action.READ_CASE, _CASE),
    "instruments": Page(Action.READ_METADATA),
    "instruments-between": Page(Action.READ_METADATA),
    "measured": Page(Action.READ_CASE),
    "measured-shown": Page(Action.READ_METADATA),
    "measured-public": Page(ANYONE),
    "measured-take": Page(Action.WRITE),
    "measured-notify": Page(Action.WRITE),
    "measurement": Page(Action.READ_CASE, _DRAFT),
    "measurement-drop": Page(Action.WRITE, _DRAFT),
    "measurement-dispute": Page(Action.WRITE, _DRAFT),
    "measurement-review": Page(Action.WRITE, _DRAFT),
    "measurement-consent": Page(Action.WRITE, _DRAFT),
    "stands": Page(Action.READ_METADATA),
    "stand-approve": Page(Action.PUBLISH, {"number": 1}, again=True),
    "stand-withdraw": Page(Action.PUBLISH, {"number": 1}, again=True),
    "stand-propose": Page(Action.PUBLISH, {"instrument": "budapest-2001"}, again=True),
    "instrument": Page(Action.READ_METADATA, {"instrument": "budapest-2001"}),
    "own-reports": Page(Action.REPORT),
    "own-report-begin": Page(Action.REPORT),
    "own-report-import": Page(Action.REPORT),
    "own-report": Page(Action.REPORT, _OWN_REPORT),
    "own-report-check": Page(Action.REPORT, _OWN_REPORT),
    "own-report-propose": Page(Action.REPORT, _OWN_REPORT),
    "own-report-withdraw": Page(Action.REPORT, _OWN_REPORT),
    "own-report-approve": Page(Action.PUBLISH, _OWN_REPORT, again=True),
    "own-report-difference": Page(Action.REPORT, _OWN_REPORT),
    "own-report-paper": Page(Action.REPORT, _OWN_REPORT),
    "own-report-export": Page(Action.REPORT, _OWN_REPORT),
    "own-report-answer": Page(Action.REPORT, _OWN_ANSWER),
    "own-report-both": Page(Action.REPORT, _OWN_ANSWER),
    "conduct": Page(Action.READ_METADATA),
    "help": Page(Action.READ_METADATA),
    "help-introduce": Page(Action.WRITE),
    "practices": Page(Action.READ_METADATA),
    "norm-cases": Page(Action.READ_CASE),
    "case-norms": Page(Action.READ_CASE, _CASE),
    "conduct-text": Page(Action.READ_METADATA, _CODE),
    "conduct-norm": Page(Action.READ_METADATA, _CODE | {"clause": "norm-g"}),
    "conduct-participant": Page(Action.READ_METADATA, {"participant": "0" * 64}),
    "conduct-stand": Page(Action.PUBLISH, {"instrument": "sco-code-2015"}, again=True),
    "evidence": Page(Action.READ_CASE, _EVIDENCE),
    "evidence-open": Page(Action.READ_CASE, _EVIDENCE),
    "evidence-export": Page(Action.READ_CASE, _EVIDENCE),
    "evidence-destroy": Page(Action.WRITE, _EVIDENCE),
    "evidence-hand-over": Page(Action.WRITE, _EVIDENCE),
    "evidence-ask": Page(Action.WRITE, _EVIDENCE),
    "evidence-answer": Page(Action.WRITE, {"message": CASE}),
    "evidence-add": Page(Action.WRITE, _CASE),
    "evidence-files": Page(Action.WRITE, _CASE),
    "requests": Page(Action.READ_METADATA),
    "request-dates": Page(Action.READ_METADATA),
    "request-dates-ics": Page(Action.READ_METADATA),
    "request-feed-make": Page(Action.ACKNOWLEDGE),
    "request-feed-end": Page(Action.ACKNOWLEDGE, {"number": 1}),
    "request-figures": Page(Action.READ_METADATA),
    "request-figures-export": Page(Action.READ_METADATA),
    "request-rulebook": Page(Action.READ_METADATA),
    "request-rulebook-change": Page(Action.PUBLISH, again=True),
    "request-spoken": Page(Action.WRITE),
    "request": Page(Action.READ_METADATA, _REQUEST),
    "request-status": Page(Action.WRITE, _REQUEST),
    "request-seen": Page(Action.ACKNOWLEDGE, _REQUEST),
    "request-assistance": Page(Action.WRITE, _REQUEST),
    "request-step": Page(Action.WRITE, _REQUEST),
    "request-paper": Page(Action.READ_CASE, {"case": CASE, "message": CASE}),
    "request-draft-paper": Page(Action.WRITE, _DRAFT),
    "case": Page(Action.READ_METADATA, _CASE),
    "case-call": Page(Action.READ_CASE, _CASE),
    "case-guest": Page(Action.WRITE, _CASE),
    "case-guest-open": Page(Action.WRITE, _CASE),
    "case-guest-end": Page(Action.WRITE, _CASE),
    "guest": Page(ANYONE),
    "guest-case": Page(ANYONE),
    "guest-answer": Page(ANYONE),
    "guest-file": Page(ANYONE, {"message": CASE, "position": 0}),
    "guest-leave": Page(ANYONE),
    "find": Page(Action.READ_METADATA),
    "find-each": Page(Action.WRITE),
    "book": Page(Action.READ_METADATA),
    "book-import": Page(Action.WRITE),
    "book-forget": Page(Action.WRITE),
    "book-export": Page(Action.READ_METADATA),
    "centre": Page(Action.READ_METADATA, _CENTRE),
    "centre-call": Page(Action.READ_METADATA, _CENTRE),
    "readers": Page(Action.READ_METADATA, _CASE),
    "readers-close": Page(Action.READ_CASE, _CASE),
    "readers-open": Page(Action.READ_CASE, _CASE),
    "readers-name": Page(Action.MANAGE_PEOPLE, _CASE),
    "readers-grant": Page(Action.CLEAR, _CASE),
    "readers-grant-end": Page(Action.CLEAR, _CASE | {"number": 1}),
    "administration": Page(Action.READ_AUDIT),
    "officer-add": Page(Action.MANAGE_PEOPLE, again=True),
    "officer": Page(Action.MANAGE_PEOPLE, _OFFICER),
    "officer-roles": Page(Action.MANAGE_PEOPLE, _OFFICER, again=True),
    "officer-email": Page(Action.MANAGE_PEOPLE, _OFFICER, again=True),
    "officer-invite": Page(Action.MANAGE_PEOPLE, _OFFICER, again=True),
    "officer-lost": Page(Action.MANAGE_PEOPLE, _OFFICER, again=True),
    "officer-session-end": Page(Action.MANAGE_PEOPLE, _OFFICER | {"session": 1}, again=True),
    "officer-deputy": Page(Action.MANAGE_PEOPLE, _OFFICER, again=True),
    "officer-deputy-end": Page(Action.MANAGE_PEOPLE, _OFFICER, again=True),
    "officer-leave": Page(Action.MANAGE_PEOPLE, _OFFICER, again=True),
    "officer-leave-step": Page(Action.MANAGE_PEOPLE, _OFFICER | {"step": "letter"}, again=True),
    "audit": Page(Action.READ_AUDIT),
    "audit-verify": Page(Action.READ_AUDIT),
    "audit-csv": Page(Action.READ_AUDIT),
    "audit-jsonl": Page(Action.READ_AUDIT),
    "health": Page(Action.MANAGE_PEOPLE),
    "clearance": Page(Action.READ_CASE),
    "clearance-request": Page(Action.READ_CASE, _DRAFT),
    "clearance-decide": Page(Action.CLEAR, _DRAFT),
    "clearance-back": Page(Action.WRITE, _DRAFT),
    "clearance-seen": Page(Action.CLEAR, _DRAFT),
    "write-waiting": Page(Action.WRITE, _DRAFT),
    "case-shared": Page(Action.READ_CASE, _CASE),
    "case-shared-answer": Page(Action.WRITE, _CASE),
    "clearance-elsewhere": Page(Action.READ_CASE, _DRAFT),
    "clearance-elsewhere-decide": Page(Action.CLEAR, _DRAFT),
    "case-share": Page(Action.WRITE, _CASE),
    "case-take": Page(Action.WRITE, _CASE),
    "case-unshare": Page(Action.WRITE, _CASE),
    "case-note": Page(Action.READ_CASE, _CASE),
    "clearance-rules": Page(Action.SET_RULES),
    "retention-rules": Page(Action.SET_RULES),
    "rule-drop": Page(Action.SET_RULES, _DRAFT | {"kind": "clearance"}),
    "case-stub": Page(Action.SET_RULES, _DRAFT),
    "tokens": Page(Action.READ_METADATA),
    "token-make": Page(Action.READ_METADATA, again=True),
    "token-end": Page(Action.READ_METADATA, {"token": 1}, again=True),
    "webhooks": Page(Action.MANAGE_PEOPLE),
    "webhook-add": Page(Action.MANAGE_PEOPLE, again=True),
    "webhook-remove": Page(Action.MANAGE_PEOPLE, {"hook": 1}, again=True),
    "webhook-test": Page(Action.MANAGE_PEOPLE, {"hook": 1}, again=True),
    "webhook-try": Page(Action.MANAGE_PEOPLE, {"hook": 1}, again=True),
    "reports": Page(Action.READ_METADATA),
    "reports-became": Page(Action.READ_METADATA),
    "reports-became-export": Page(Action.READ_METADATA),
    "report": Page(Action.READ_CASE, _REPORT),
    "report-rows": Page(Action.READ_CASE, _REPORT),
    "report-answer": Page(Action.WRITE, _REPORT),
    "settings": Page(Action.MANAGE_PEOPLE),
    "year": Page(Action.READ_METADATA),
    "year-export": Page(Action.READ_METADATA),
}


def patterns() -> Iterator[tuple[str, URLPattern]]:
    """Every page of `web/urls.py` with its whole path."""
    yield from _walk(urls.urlpatterns, "")


def _walk(found: Any, before: str) -> Iterator[tuple[str, URLPattern]]:
    for each in found:
        if isinstance(each, URLPattern):
            yield before + str(each.pattern), each
        else:
            yield from _walk(each.url_patterns, before + str(each.pattern))


def address(name: str, base: str, /, **instead: Any) -> str:
    """The path of a page, at the desk of `base` (`/d/…/`) where it is a desk's; `instead` of the table's values."""
    page, seat = PAGES[name], base.split("/")[2]
    args = dict(page.args) | {key: value for key, value in instead.items() if key in page.args}
    args |= {"seat": seat} if isinstance(page.who, Action) else {}
    return str(reverse(name, kwargs=args))
