"""What does a program ask about implementation reports?

node.conduct.report(participant, "un-norms-2015", 2026).answers[0].measures[0].kind
"""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from liaison.client.asking import Asker


class ReportHead(msgspec.Struct, frozen=True):
    """What the register says of a report, and whether anything of it is for this participant (`shown`)."""

    participant: str
    name: str
    instrument: str
    period: int
    version: int
    entry: int
    entries: list[int]
    withdrawn: bool
    suspect: bool
    more: bool
    shown: bool


class Worded(msgspec.Struct, frozen=True):
    """A text in one language."""

    lang: str
    text: str


class Evidence(msgspec.Struct, frozen=True):
    """Where a measure can be seen."""

    address: str | None
    document: str | None
    title: str | None


class Measure(msgspec.Struct, frozen=True):
    """One thing that was done."""

    kind: str
    text: list[Worded]
    evidence: list[Evidence]


class Obstacle(msgspec.Struct, frozen=True):
    """What stands in the way."""

    text: list[Worded]


class Help(msgspec.Struct, frozen=True):
    """Help that is sought or offered."""

    text: list[Worded]
    languages: list[str]
    areas: list[str]
    zone: str | None


class Answer(msgspec.Struct, frozen=True):
    """What is said of one clause, and for whom."""

    clause: str
    audience: str
    measures: list[Measure]
    obstacles: list[Obstacle]
    help_sought: list[Help]
    help_offered: list[Help]


class Report(msgspec.Struct, frozen=True):
    """A report as far as this participant may see it."""

    head: ReportHead
    profile: str | None
    answers: list[Answer]


class _Reports(msgspec.Struct, frozen=True):
    reports: list[ReportHead]


class ConductReader:
    """Implementation reports through one node, as its participant may see them."""

    def __init__(self, node: Asker) -> None:
        self._node = node

    def reports(self, *, instrument: str = "", participant: str = "") -> list[ReportHead]:
        """Every report, or those on an instrument or of a participant."""
        query = {"instrument": instrument, "participant": participant}
        return self._node.read("/conduct/reports", _Reports, query).reports

    def report(self, participant: str, instrument: str, year: int) -> Report:
        """What a participant reported for a year."""
        return self._node.read(_path(participant, instrument, year), Report)

    def parts(self, participant: str, instrument: str, year: int) -> bytes:
        """Its parts with their salts: what `liaison verify register --report` compares with the register."""
        return self._node.ask("GET", f"{_path(participant, instrument, year)}/parts")

    def own(self, instrument: str, year: int) -> bytes:
        """The own report as one file that loses nothing."""
        return self._node.ask("GET", f"/conduct/own/{quote(instrument)}/{year}")


def _path(participant: str, instrument: str, year: int) -> str:
    return f"/conduct/reports/{quote(participant)}/{quote(instrument)}/{year}"
