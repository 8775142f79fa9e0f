"""Where are the pages of a draft, and what does its report ask?"""

from __future__ import annotations

from collections.abc import Mapping

from liaison.conduct.asking import Asks, asked_by
from liaison.conduct.profiles import profile_of
from liaison.errors import UsageError
from liaison.instruments.texts import Instrument
from liaison.node.reads.conduct.drafting import DraftedReport
from liaison.node.reads.instruments.known import known_instruments
from liaison.node.services.people.officers import Seat
from liaison.web.requests import path_to
from liaison.web.site import here

LONGEST = 9
"""Digits of a row's key, at most."""


def path_of(seat: Seat, number: int, tail: str = "") -> str:
    """The path of a page of a draft."""
    return path_to(seat, f"conduct/own/{number}/{tail}")


def clause_path(seat: Seat, number: int, clause: str, tail: str = "") -> str:
    """The path of a page of a clause."""
    return path_of(seat, number, f"clauses/{clause}/{tail}")


def text_of(draft: DraftedReport) -> Instrument:
    """The text a draft is about. Raises UsageError where the node has no data of it any more."""
    text = known_instruments(here()).get(draft.instrument)
    if text is None:
        raise UsageError("instrument-not-found", instrument=draft.instrument)
    return text


def asked_of_draft(draft: DraftedReport, text: Instrument) -> Mapping[str, Asks]:
    """What the report asks, in its order."""
    return asked_by(text, profile_of(draft.profile or None, draft.instrument), draft.answers)


def number_in(text: str) -> int:
    """The number that an input holds; nought for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST else 0
