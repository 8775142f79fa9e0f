"""A register in which XC seeks help with a norm, XD offers it and XE tells only XD.

    with World(folder, registry=helping_register()) as world: …
    says(registry, "XD", answer(help_offered=[help_with("We train finders")]))      one report more

Answers are written as `liaison conduct report import` takes them.
"""

from __future__ import annotations

from typing import Any

from liaison.conduct.reports import Report, make_report, named
from liaison.register import bodies
from liaison.register.vocabulary import REGISTER
from tests.conduct.planted import publish
from tests.register.registry import LETTER, RegisterBuilder, small_register

NORMS = "un-norms-2015"
CLAUSES = ("norm-g", "norm-j")
SEEKS, OFFERS, WHISPER = "Somebody to train finders", "We train finders of flaws", "Only XD may know"
PRACTICE = "Every finder gets an answer in five days"


def help_with(text: str, *, lang: str = "en", **said: Any) -> dict[str, Any]:
    return {"text": [{"lang": lang, "text": text}], "languages": [], "areas": [], "zone": None} | said


def practice(text: str) -> dict[str, Any]:
    evidence = [{"address": "https://cert.example/policy", "document": None, "title": "Policy"}]
    return {"kind": "practice", "text": [{"lang": "en", "text": text}], "evidence": evidence}


def answer(clause: str = "norm-j", audience: str = "participants", **lists: Any) -> dict[str, Any]:
    return {"audience": audience, "clause": clause} | lists


def carrying(registry: RegisterBuilder, text: str = NORMS, clauses: tuple[str, ...] = CLAUSES) -> RegisterBuilder:
    """The register with a text that its secretariat published."""
    body = bodies.InstrumentPublished(
        instrument=text,
        version=1,
        title="Norms of responsible behaviour",
        text=LETTER,
        document=None,
        address="https://norms.example/text",
        acts=(),
        clauses=clauses,
        withdrawn=False,
    )
    registry.by_node(body, REGISTER, "office")
    return registry


def says(
    registry: RegisterBuilder, who: str, *answers: dict[str, Any], year: int = 2026, version: int = 1, text: str = NORMS
) -> Report:
    """A report of `who`, its parts where every node of the register has them."""
    told = sorted(answers, key=lambda each: str(each["clause"]))
    values = {"instrument": text, "participant": registry.ids[who], "period": year, "answers": told}
    report = make_report(values)
    publish(registry, who, report, version=version)
    return report


def helping_register(*codes: str) -> RegisterBuilder:
    registry = carrying(small_register(*codes))
    says(registry, "XC", answer(help_sought=[help_with(SEEKS)]))
    says(registry, "XD", answer(help_offered=[help_with(OFFERS)], measures=[practice(PRACTICE)]))
    only_xd = named([registry.ids["XD"]])
    says(registry, "XE", answer(audience=only_xd, help_offered=[help_with(WHISPER)], measures=[practice(WHISPER)]))
    return registry
