"""Which messages carry a request on, which side says each, and of which message does it speak?

    STEPS["status-answer"]      by the requested side, about a status-query

Invariants: a step is a form of `liaison.messages` that refers to a message of its case; a request is in a form of the
catalogue; which step is possible when, the life cycle says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from liaison.cooperation.catalogue import load_catalogue
from liaison.cooperation.clock_rules import Side


@dataclass(frozen=True, slots=True)
class Step:
    """Who says it, None for either side, and in which forms the message is that it refers to; none: in any request."""

    by: Side | None
    about: frozenset[str] = frozenset()


STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "request-answer": Step(Side.REQUESTED),
        "request-clarification": Step(Side.REQUESTED),
        "request-consultation": Step(Side.REQUESTED),
        "request-supplement": Step(Side.REQUESTING, frozenset({"request-clarification", "request-consultation"})),
        "status-query": Step(Side.REQUESTING),
        "status-answer": Step(Side.REQUESTED, frozenset({"status-query"})),
        "preservation-extension": Step(Side.REQUESTING, frozenset({"preservation-request", "preservation-extension"})),
        "request-extension": Step(None),
        "request-withdrawal": Step(Side.REQUESTING),
    }
)


def is_about(step: str, form: str) -> bool:
    """Whether a message in the form `step` may refer to one in `form`; any other form than a step's may to any."""
    if step not in STEPS:
        return True
    return form in (STEPS[step].about or load_catalogue().keys())
