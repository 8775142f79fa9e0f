"""Who are the participants of a register, by the codes people type, and who sees what has a given audience?

    known = participants_of(node, register)
    known.find("XD")                  "9ab0…", or None where nobody or several are called so
    known.called("9ab0…")             "XD"
    known.seen_by("participants", own="77c1…")     Seen(public=False, participants=("9ab0…", …))

Invariants: an audience is told as the participants that have it; the own participant always has its own answers.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from liaison.conduct.reports import OWN, PUBLIC, named_in
from liaison.node.node import Node
from liaison.node.reads.register import directory
from liaison.register.vocabulary import REGISTER


@dataclass(frozen=True, slots=True)
class Seen:
    """Who sees an answer: everybody, or these participants beside the own one."""

    public: bool
    participants: tuple[str, ...]


@dataclass(frozen=True)
class Participants:
    """The participants of a register by id: the code people call them by, which may be empty, and their names."""

    codes: Mapping[str, str]
    names: Mapping[str, str]

    def find(self, word: str) -> str | None:
        """The participant that a code or an id names, if it is one."""
        return word if word in self.names else self._by_code.get(word.upper())

    def others(self, own: str) -> Callable[[str], str | None]:
        """How a participant finds the others: itself it cannot name."""
        return lambda word: None if (found := self.find(word)) == own else found

    def called(self, participant: str) -> str:
        """What to type for a participant: its code, or its id where it has none of its own."""
        code = self.codes.get(participant, "")
        return code if code and self.find(code) == participant else participant

    def name(self, participant: str) -> str:
        """The name of a participant; the beginning of its id where the register has none."""
        return self.names.get(participant) or participant[:12]

    def seen_by(self, audience: str, *, own: str) -> Seen:
        """Who sees what has this audience."""
        if audience == PUBLIC:
            return Seen(public=True, participants=())
        if audience == OWN:
            return Seen(public=False, participants=())
        wanted = named_in(audience) or tuple(self.names)
        return Seen(public=False, participants=tuple(each for each in wanted if each != own))

    @functools.cached_property
    def _by_code(self) -> Mapping[str, str]:
        known = list(self.codes.values())
        return {code: participant for participant, code in self.codes.items() if known.count(code) == 1}


def participants_of(node: Node, register: str) -> Participants:
    """The participants of a register, by name."""
    states = [each for each in directory(node, register).participants.values() if each.id != REGISTER]
    states.sort(key=lambda each: each.labels.name)
    codes = {each.id: each.labels.codes[0] if each.labels.codes else "" for each in states}
    return Participants(codes, {each.id: each.labels.name for each in states})
