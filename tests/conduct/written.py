"""Answers as somebody may write them, for tests that put them into inputs and take them out again."""

from __future__ import annotations

from hypothesis import strategies as st

from liaison.conduct.reports import (
    OWN,
    PARTICIPANTS,
    PUBLIC,
    Answer,
    Evidence,
    Help,
    Measure,
    MeasureKind,
    Obstacle,
    Worded,
    named,
)

OTHERS = {"XD": "d" * 64, "XE": "e" * 64}
"""Whom an answer can name, by the code that is typed."""
WORDS = st.text(st.sampled_from("abc é٣中\n.=,;ب "), min_size=1, max_size=40).map(str.strip).filter(bool)
LANGUAGES = ("en", "fr", "ar", "zh-Hant")
TEXTS = st.lists(st.sampled_from(LANGUAGES), min_size=1, max_size=3, unique=True).flatmap(
    lambda tags: st.tuples(*(st.builds(Worded, st.just(tag), WORDS) for tag in tags))
)
LINES = WORDS.map(lambda text: " ".join(text.split())).filter(bool)
EVIDENCE = st.builds(
    Evidence,
    st.sampled_from((None, "https://law.example/7", "http://cert.example/a?b=c,d")),
    st.just("0f" * 32),
    st.none() | LINES,
)
MEASURES = st.builds(
    Measure, st.sampled_from(MeasureKind), TEXTS, st.lists(EVIDENCE, max_size=2, unique=True).map(tuple)
)
HELP = st.builds(
    Help,
    TEXTS,
    st.lists(st.sampled_from(LANGUAGES), max_size=3, unique=True).map(tuple),
    st.lists(st.sampled_from(("africa", "asia", "europe")), max_size=2, unique=True).map(tuple),
    st.sampled_from((None, "Africa/Nairobi", "UTC")),
)
AUDIENCES = st.sampled_from((OWN, PARTICIPANTS, PUBLIC, named(OTHERS.values()), named([OTHERS["XE"]])))
ANSWERS = st.builds(
    Answer,
    st.sampled_from(("norm-a", "norm-b", "norm-c")),
    st.lists(MEASURES, max_size=3).map(tuple),
    st.lists(st.builds(Obstacle, TEXTS), max_size=2).map(tuple),
    st.lists(HELP, max_size=2).map(tuple),
    st.lists(HELP, max_size=2).map(tuple),
    audience=AUDIENCES,
)


def find(word: str) -> str | None:
    """The participant that a code or an id names."""
    return word if word in OTHERS.values() else OTHERS.get(word.upper())


def called(participant: str) -> str:
    """The code to type for a participant."""
    return next((code for code, found in OTHERS.items() if found == participant), participant)
