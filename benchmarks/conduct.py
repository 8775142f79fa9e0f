"""How long does the server take for a page of the code of conduct, at 200 participants with five years of reports?

Every participant reported on each of six texts for each of five years: 6,000 reports in the register, each with an
answer to every third norm, at one audience after another, a measure with evidence, help sought by a third of them and
offered by another third. A hundred of them adopted the texts that are open to it. The parts are at the node as after an
exchange. Requests go through the whole of the product from the WSGI callable on, as for `pages`.
"""

from __future__ import annotations

import statistics
import string
import tempfile
from collections.abc import Callable, Iterator
from itertools import islice, product
from pathlib import Path

import tests.with_django  # noqa: F401

# isort: split
from benchmarks.figures import Figure, Series, keep_samples, seconds, within
from liaison.conduct.reports import PARTICIPANTS, PUBLIC, Answer, Report, make_answer
from liaison.instruments.catalogue import load_instruments
from liaison.node.services.conduct.own.drafting import begin_report
from tests.conduct.codes import adopt
from tests.conduct.examples import report
from tests.conduct.planted import carry, keep_own, publish
from tests.register.registry import RegisterBuilder, small_register
from tests.web.visiting import Visitor, visit
from tests.world import World

OWN = "XC"
TEXTS = ("un-norms-2015", "sco-code-2015", "gcsc-2019", "paris-call-2018", "budapest-2001", "un-cybercrime-2024")
OPEN = ("sco-code-2015", "gcsc-2019", "paris-call-2018")
YEARS = range(2022, 2027)
HOW_MANY, ADOPTED, ROUNDS, WARM_UP = 200, 100, 40, 2
LIMIT = 150.0
SEEDS = {"participants": HOW_MANY, "texts": len(TEXTS), "years": len(YEARS)}
DURABLE = "pages commit nothing but the last look of the session, synchronous=FULL"


def measure() -> list[Figure | Series]:
    """The 95th percentile of each page."""
    with tempfile.TemporaryDirectory() as folder:
        registry = _register()
        with World(Path(folder), codes=(OWN,), registry=registry) as world:
            for year, text in product(YEARS, TEXTS):
                keep_own(world.nodes[OWN], world.register, _report(registry, 0, text, year))
            visitor = visit(world, OWN)
            node, desk = world.nodes[OWN], world.desk(OWN)
            draft = begin_report(node, world.register, desk, TEXTS[0], 2026, officer=visitor.officer)
            return list(_figures(_pages(visitor, registry, draft)))


def _figures(actions: dict[str, Callable[[], object]]) -> Iterator[Figure | Series]:
    samples: dict[str, list[float]] = {name: [] for name in actions}
    for turn in range(WARM_UP + ROUNDS):
        for name, action in actions.items():
            taken = seconds(action)
            if turn >= WARM_UP:
                samples[name].append(taken)
    points = []
    for name, taken_all in samples.items():
        points.append((name, keep_samples(name, taken_all) * 1000))
        late = statistics.quantiles(taken_all, n=100)[94] * 1000
        yield within(f"{name}: p95", late, "ms", limit=LIMIT)
    yield Series("Server time of a page of conduct, median", "ms", tuple(points))


def _pages(visitor: Visitor, registry: RegisterBuilder, draft: int) -> dict[str, Callable[[], object]]:
    other = registry.ids["XD"]
    return {
        "conduct: codes": lambda: visitor.see("conduct/"),
        "conduct: a code, 200 participants": lambda: visitor.see("conduct/texts/sco-code-2015/"),
        "conduct: a norm, 200 participants": lambda: visitor.see("conduct/texts/un-norms-2015/norms/norm-a/"),
        "conduct: a participant": lambda: visitor.see(f"conduct/participants/{other}/"),
        "conduct: own reports": lambda: visitor.see("conduct/own/"),
        "conduct: own report, its tasks": lambda: visitor.see(f"conduct/own/{draft}/"),
        "conduct: an answer": lambda: visitor.see(f"conduct/own/{draft}/clauses/norm-a/"),
        "conduct: help": lambda: visitor.see("conduct/help/"),
        "conduct: help with a norm": lambda: visitor.see("conduct/help/", norm="un-norms-2015 norm-b"),
        "conduct: practices": lambda: visitor.see("conduct/practices/", q="answer"),
        "conduct: own cases": lambda: visitor.see("conduct/cases/"),
    }


def _codes() -> list[str]:
    """XC and XD, then codes that no State has here."""
    letters = ("".join(pair) for pair in product(string.ascii_uppercase[:12], string.ascii_uppercase))
    return [OWN, "XD", *islice(letters, HOW_MANY - 2)]


def _register() -> RegisterBuilder:
    codes = _codes()
    registry = small_register(*codes, rehearsal=False)
    carry(registry, *TEXTS)
    for number, code in enumerate(codes):
        for year, text in product(YEARS, TEXTS):
            publish(registry, code, _report(registry, number, text, year))
        if number < ADOPTED:
            for text in OPEN:
                adopt(registry, code, text, on=f"2025-0{1 + number % 9}-11")
    return registry


def _report(registry: RegisterBuilder, number: int, text: str, year: int) -> Report:
    code, audiences = _codes()[number], (PUBLIC, PARTICIPANTS)
    clauses = enumerate(sorted(load_instruments()[text].clauses)[number % 3 :: 3])
    answers = (_answer(clause, audiences[place % 2], f"{code} {year} {clause}", number) for place, clause in clauses)
    return report(registry.ids[code], *answers, instrument=text, period=year)


def _answer(clause: str, audience: str, mark: str, number: int) -> Answer:
    words = [{"lang": "en", "text": f"What {mark} asks is answered by a law and a body that answers for it."}]
    text = [{"lang": "en", "text": f"Help with {mark}"}]
    wish = [{"text": text, "languages": ["en"], "areas": ["africa"], "zone": None}]
    evidence = [{"address": "https://law.example/act", "document": None, "title": mark}]
    return make_answer(
        {
            "clause": clause,
            "audience": audience,
            "measures": [{"kind": "practice", "text": words, "evidence": evidence}],
            "obstacles": [],
            "help_sought": wish if number % 3 == 0 else [],
            "help_offered": wish if number % 3 == 1 else [],
        }
    )
