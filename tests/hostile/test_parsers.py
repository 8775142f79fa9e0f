"""Does anything but our two errors, a second of time or 64 MB ever come out of a parser, whatever goes in?"""

from __future__ import annotations

import ast
import os
import random
import resource
import time
from pathlib import Path

import pytest

from liaison.errors import MalformedError, VerificationError
from tests.hostile.mutations import mutated
from tests.hostile.parsers import NOT_FROM_OUTSIDE, PARSERS

SOURCE = Path(__file__).parents[2] / "src" / "liaison"
CORE = ("wire", "keys", "tlog", "register", "messages", "routing", "exchange", "duty", "cooperation", "conduct")
CASES, SOAK_CASES = 4_200, 200_000
SECONDS, GROWTH = 1.0, 64 << 10
"""Of the processor a case, and kilobytes a parser."""


def outcome(name: str, case: bytes) -> None:
    """Read one case; what is neither read nor refused in our own words fails with the case that did it."""
    began = time.process_time()
    try:
        PARSERS[name].read(case)
    except (MalformedError, VerificationError):
        pass
    except Exception as error:
        raise AssertionError(f"{name} raised {error!r} for {case[:400]!r}, {len(case)} bytes") from error
    took = time.process_time() - began
    assert took < SECONDS, f"{name} took {took:.1f} s for {case[:400]!r}, {len(case)} bytes"


def read_many(name: str, *, seed: str, count: int) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for case in mutated(random.Random(f"{name} {seed}"), PARSERS[name].seeds, count=count):
        outcome(name, case)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < GROWTH, f"{name} took {grown} kB more"


@pytest.mark.parametrize("name", PARSERS)
def test_a_parser_refuses_mutated_input_in_our_own_words(name: str) -> None:
    read_many(name, seed="suite", count=CASES)


@pytest.mark.soak
@pytest.mark.parametrize("name", PARSERS)
def test_a_parser_refuses_ever_new_mutated_input(name: str) -> None:
    seed = os.urandom(8).hex()
    print(f"{name}: seed {seed}")
    read_many(name, seed=seed, count=SOAK_CASES)


def test_every_parser_of_the_core_is_in_the_table() -> None:
    found = set()
    for room in CORE:
        for path in (SOURCE / room).rglob("*.py"):
            module = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
            for each in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(each, ast.FunctionDef) and each.name.startswith(("decode_", "parse_", "open_")):
                    found.add(f"{module}.{each.name}")
    assert sorted(found - set(PARSERS) - set(NOT_FROM_OUTSIDE)) == []
    assert sorted(set(NOT_FROM_OUTSIDE) - found) == []


def test_the_suite_reads_two_hundred_thousand_cases() -> None:
    assert len(PARSERS) * CASES >= 200_000


@pytest.mark.parametrize("name", PARSERS)
def test_a_parser_reads_its_good_input(name: str) -> None:
    """Otherwise no mutation of it gets past the first check."""
    read = 0
    for seed in PARSERS[name].seeds:
        try:
            PARSERS[name].read(seed)
        except (MalformedError, VerificationError):
            continue
        read += 1
    assert read > 0
