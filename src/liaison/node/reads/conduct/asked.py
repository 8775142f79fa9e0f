"""Which clauses and questions can a report on an instrument answer?

    asked_of(node, register, "un-norms-2015", "unidir-survey")["law-views"].part == "law"

Invariant: clauses are those of this node's data of the text, else those that the register's secretariat published.
"""

from __future__ import annotations

from collections.abc import Mapping

from liaison.conduct.profiles import Question, profile_of, questions
from liaison.errors import UsageError
from liaison.node.node import Node
from liaison.node.reads.instruments.known import carried_instruments, known_instruments


def asked_of(node: Node, register: str, instrument: str, profile: str | None) -> Mapping[str, Question]:
    """Everything a report can answer, in its order. Raises UsageError for an instrument or profile nobody knows."""
    text = known_instruments(node).get(instrument)
    published = carried_instruments(node, register).get(instrument) if register else None
    if text is None and published is None:
        raise UsageError("instrument-not-found", instrument=instrument[:64])
    clauses = tuple(text.clauses) if text is not None else (published.clauses if published is not None else ())
    return questions(profile_of(profile, instrument), clauses)
