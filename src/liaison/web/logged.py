"""What does the log of the node say of what the pages refused? Who asked for which page, and why not; nothing typed.

    {"room": "liaison.pages", "said": "refused", "why": "not-permitted", "page": "year", "officer": 7, …}

Invariants: a page is named by its route, never by its address, which may hold an invitation; of a defect the log has
the page and the stack. What every visitor mistypes is no event: Django's own lines about it are left out.
"""

from __future__ import annotations

import logging
from typing import Any

from django.http import HttpRequest

from liaison.web.entrance.entering import address_of

log = logging.getLogger("liaison.pages")


def log_refusal(request: HttpRequest, why: str) -> None:
    """Say that somebody asked for what they may not have; `why` is a code."""
    session = getattr(request, "officer_session", None)
    told = {"why": why, "page": page_of(request), "method": request.method or ""}
    told |= {"officer": session.officer if session else 0, "address": address_of(request)}
    log.warning("refused", extra={"told": told})


def page_of(request: Any) -> str:
    """The name of the page that was asked for; empty for none."""
    match = getattr(request, "resolver_match", None)
    return str(match.url_name or "") if match is not None else ""


def defects_only(record: logging.LogRecord) -> bool:
    """A filter of Django's lines about requests: defects stay, under the name of their page."""
    record.msg, record.args = "a page failed: %s", (page_of(getattr(record, "request", None)),)
    return record.levelno >= logging.ERROR
