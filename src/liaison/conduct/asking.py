"""What does a report on a text ask, in which order: its clauses, and the questions of a profile around them?

    asked_by(text, profile)["norm-j"]       Asks("13 j", "Report vulnerabilities", "…our paraphrase…", part="")

Invariants: what a text says about itself (final clauses, reservations, declarations) is not asked, since nobody
implements it; the order is that of the profile, else of the text.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from liaison.conduct.profiles import Profile, questions
from liaison.instruments.texts import Instrument, Role

_NOT_ASKED = frozenset({Role.FINAL, Role.RESERVATION, Role.DECLARATION})


@dataclass(frozen=True, slots=True)
class Asks:
    """One thing that is asked: where it stands in its text, its title and paraphrase, and the part of the profile."""

    place: str
    en: str
    text: str
    part: str = ""
    of: str = ""
    """The text or the profile whose words `en` and `text` are; its translations stand under this id."""


def asked_by(text: Instrument, profile: Profile | None, answered: Collection[str] = ()) -> Mapping[str, Asks]:
    """Everything a report answers, by id, what was `answered` unasked included."""
    each = text.clauses.items()
    clauses = {name: clause for name, clause in each if clause.role not in _NOT_ASKED or name in answered}
    parts = {part.id: part.en for part in profile.parts} if profile is not None else {}
    own = profile.id if profile is not None else ""
    found = {}
    for name, question in questions(profile, clauses).items():
        clause, part = clauses.get(name), parts.get(question.part, "")
        if clause is not None:
            found[name] = Asks(clause.article, clause.en, clause.text, part, text.id)
        elif question.asked is not None:
            found[name] = Asks("", question.asked.en, question.asked.text, part, own)
    return found
