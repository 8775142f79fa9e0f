"""What is a norm called on a page?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from liaison.conduct.profiles import load_profiles
from liaison.instruments.texts import Instrument, TextKind
from liaison.messages.forms.checking import Norm
from liaison.node.reads.instruments.known import known_instruments
from liaison.web.site import here


@dataclass(frozen=True, slots=True)
class NormName:
    """A norm in words: the short name of its text, the number of the clause there, and what it asks in a few words."""

    instrument: str
    clause: str
    short: str
    article: str
    title: str
    conduct: bool = False
    """Whether it is a norm of a code of conduct, which has a page of its own."""

    @property
    def key(self) -> str:
        """What names it in an address or a form."""
        return f"{self.instrument} {self.clause}"


class NormNames:
    """Names of norms, the texts looked up once a page."""

    def __init__(self) -> None:
        self.known: Mapping[str, Instrument] = known_instruments(here())

    def of(self, norm: Norm) -> NormName:
        """The norm in words: a question of a profile by what it asks, what this node has no data of by its ids."""
        text = self.known.get(norm.instrument)
        clause = text.clauses.get(norm.clause) if text is not None else None
        short = text.short if text is not None else norm.instrument
        if clause is None:
            return NormName(norm.instrument, norm.clause, short, norm.clause, _asked(norm))
        conduct = text is not None and text.kind is TextKind.CONDUCT
        return NormName(norm.instrument, norm.clause, short, clause.article, clause.en, conduct)


def _asked(norm: Norm) -> str:
    """What a question that a profile adds to a text asks; empty for none."""
    parts = (part for each in load_profiles().values() if each.instrument == norm.instrument for part in each.parts)
    return next((part.questions[norm.clause].en for part in parts if norm.clause in part.questions), "")


def read_norm(text: str) -> Norm | None:
    """The norm that a key names; None for what is no key."""
    instrument, _, clause = text.strip().partition(" ")
    return Norm(instrument[:32], clause[:32]) if instrument and clause else None
