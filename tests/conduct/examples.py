"""What do reports in tests say? Answers that tell whose they are and for whom, so that each can be looked for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from liaison.conduct.reports import Answer, Report, make_answer, with_answer


def text(words: str, lang: str = "en") -> list[dict[str, str]]:
    return [{"lang": lang, "text": words}]


def answer(clause: str, audience: str, mark: str) -> Answer:
    """An answer with everything in it; `mark` stands in each of its texts."""
    where = mark.replace(" ", "-")
    values: Mapping[str, Any] = {
        "clause": clause,
        "audience": audience,
        "measures": [
            {
                "kind": "law",
                "text": [*text(f"{mark} law"), *text(f"{mark} loi", "fr")],
                "evidence": [
                    {
                        "address": f"https://law.example/{where}",
                        "document": None,
                        "title": f"{mark} act",
                    },
                    {"address": None, "document": hashlib.sha256(mark.encode()).hexdigest(), "title": None},
                ],
            },
            {"kind": "body", "text": text(f"{mark} body"), "evidence": []},
        ],
        "obstacles": [{"text": text(f"{mark} obstacle")}],
        "help_sought": [
            {"text": text(f"{mark} sought"), "languages": ["en", "ar"], "areas": ["africa"], "zone": "Africa/Nairobi"}
        ],
        "help_offered": [{"text": text(f"{mark} offered"), "languages": [], "areas": [], "zone": None}],
    }
    return make_answer(values)


def report(participant: str, *answers: Answer, instrument: str = "budapest-2001", period: int = 2026) -> Report:
    made = Report(instrument, participant, period)
    for each in answers:
        made = with_answer(made, each)
    return made


def salts() -> Callable[[], bytes]:
    """Fresh salts, the same in every run."""
    numbers = count()
    return lambda: hashlib.sha256(b"salt %d" % next(numbers)).digest()
