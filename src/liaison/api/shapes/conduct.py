"""What do implementation reports look like to a program?"""

from __future__ import annotations

from typing import Any

import msgspec

from liaison.api.shapes.base import Told
from liaison.conduct.reports import Answer as ReportAnswer
from liaison.conduct.reports import Report as WholeReport
from liaison.node.reads.conduct.reports import ReportHead as Head
from liaison.node.reads.conduct.reports import ReportShown


class Worded(Told):
    """A text in one language."""

    lang: str
    text: str


class Evidence(Told):
    """Where a measure or a practice can be seen: an address, the SHA-256 of a document, or both."""

    address: str | None
    document: str | None
    title: str | None


class Measure(Told):
    """One thing that was done; `kind` is law, policy, body, procedure or practice."""

    kind: str
    text: list[Worded]
    evidence: list[Evidence]


class Obstacle(Told):
    """What stands in the way."""

    text: list[Worded]


class Help(Told):
    """Help that is sought or offered; an empty list, and no zone, leave that open."""

    text: list[Worded]
    languages: list[str]
    areas: list[str]
    zone: str | None


class Answer(Told):
    """What is said of one clause; `audience` is public, participants, named:… or, in an own report, own."""

    clause: str
    audience: str
    measures: list[Measure]
    obstacles: list[Obstacle]
    help_sought: list[Help]
    help_offered: list[Help]

    @staticmethod
    def of(answer: ReportAnswer) -> Answer:
        """The shape of an answer."""
        plain: dict[str, Any] = msgspec.to_builtins(answer)
        return Answer(**{name: plain[name] for name in Answer.model_fields})


class ReportHead(Told):
    """What the register says of a report, and whether anything of it is for the token's participant.

    `entry` is the leaf that names its parts, `entries` those of all its versions; `more` says that its entry names
    parts that this participant does not have; `suspect` that the key that signed it was revoked as of then.
    """

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

    @staticmethod
    def of(found: Head) -> ReportHead:
        """The shape of a report without what it says."""
        return ReportHead.copied(found, entries=list(found.versions))


class Reports(Told):
    """The reports of a register, by name of the participant."""

    reports: list[ReportHead]


class Report(Told):
    """A report as far as the token's participant may see it."""

    head: ReportHead
    profile: str | None
    answers: list[Answer]

    @staticmethod
    def of(found: ReportShown, report: WholeReport | None) -> Report:
        """The shape of a report."""
        answers = report.answers if report is not None else ()
        profile = report.profile if report is not None else None
        return Report(head=ReportHead.of(found), profile=profile, answers=[Answer.of(each) for each in answers])
