"""Whose word is a report now? A participant that was succeeded speaks as its successor.

    for made in spoken(directory): …      Made(speaker=<the participant that stands now>, writer="5c1f…", versions=(…))
    ids_of(directory, participant)        that participant, then those whose place it took, the nearest first

Invariants (docs/spec/conduct.md): what was written stays written: parts name their writer, and are checked against it;
of one text and year the nearest in the line counts, so that a report of one's own takes the place of a predecessor's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from liaison.register.facts import ParticipantState, Reported
from liaison.register.lookup import Directory


@dataclass(frozen=True, slots=True)
class Made:
    """All versions of one report: in whose name it counts, and who wrote it."""

    speaker: ParticipantState
    writer: str
    versions: tuple[Reported, ...]

    @property
    def last(self) -> Reported:
        """The version that the register names last."""
        return self.versions[-1]


def spoken(known: Directory) -> Iterable[Made]:
    """Every report of a register, one a speaker, text and year."""
    lines = _lines(known)
    found: dict[tuple[str, str], Made] = {}
    for speaker, line in lines.items():
        for writer in line:
            for place, versions in writer.reports.items():
                found.setdefault((speaker, place), Made(known.participants[speaker], writer.id, versions))
    return found.values()


def ids_of(known: Directory, participant: str) -> tuple[str, ...]:
    """Under which ids a participant has spoken, its own first."""
    return tuple(each.id for each in _lines(known).get(participant, ())) or (participant,)


def _lines(known: Directory) -> dict[str, list[ParticipantState]]:
    """Each participant that stands, with those whose place it took."""
    lines = {name: [state] for name, state in known.participants.items()}
    gone = {state.succeeded_by: state for state in known.everybody if state.succeeded_by is not None}
    for line in lines.values():
        while (before := gone.get(line[-1].id)) is not None and before not in line:
            line.append(before)
    return lines
