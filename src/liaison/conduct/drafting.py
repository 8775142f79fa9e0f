"""Where does what somebody typed go, when others write the same answer at the same time?

    placing(stood, Saved(typed, Mark.WORK, version=3, page="7f…", by=7))    → Placing.FOLLOWS, REPLACES or BESIDE

Invariants:
- a text that another person, or another page, wrote is never replaced: it is kept, or the new one is put beside it;
- one page of one person replaces its own text as often as it is saved, so that a script may save each pause;
- a save that says what already stands changes no text, whatever version it was made from.

How people use it: docs/using/reporting.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto


class Mark(StrEnum):
    """How far an answer is, as its writers say; an answer nobody saved is not begun."""

    WORK = "work"
    DONE = "done"
    NOTHING = "nothing"
    """There is nothing to say; the report has no answer to this clause."""


class Placing(Enum):
    """What is done with a text that is saved."""

    NOTHING = auto()
    """It says what stands already, and comes from there."""
    AGREES = auto()
    """Another page says the same: from now on no page replaces that text without it being kept."""
    REPLACES = auto()
    """The page saves over what it saved before."""
    FOLLOWS = auto()
    """It was made from what stands: that is kept as an earlier text, and this one stands."""
    BESIDE = auto()
    """Somebody saved another text meanwhile: both are kept, and a person chooses."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A text as it is saved: `version` is the one its page was made from, 0 where nothing stood; `page` names it."""

    typed: Mapping[str, str]
    mark: Mark
    version: int
    page: str
    by: int

    def same_words(self, other: Saved) -> bool:
        """Whether both say the same."""
        return (dict(self.typed), self.mark) == (dict(other.typed), other.mark)

    def same_page(self, other: Saved) -> bool:
        """Whether both come from one page of one person."""
        return bool(self.page) and (self.page, self.by) == (other.page, other.by)


def placing(stood: Saved | None, saved: Saved) -> Placing:
    """Where `saved` goes while `stood` stands for the clause."""
    if stood is None:
        return Placing.FOLLOWS
    if saved.same_words(stood):
        return Placing.NOTHING if saved.same_page(stood) else Placing.AGREES
    if saved.same_page(stood):
        return Placing.REPLACES
    return Placing.FOLLOWS if saved.version == stood.version else Placing.BESIDE
