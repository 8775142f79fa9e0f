"""What does `docs/performance.md` say? What `results.json`, `runs.json` and `notes/*.md` say, and nothing else.

    files(load_results())     {"performance.md": "# Performance…", "performance/goals.svg": "<svg…", …} below docs/
    write(results)            writes them, and removes charts that no longer stand for anything

Invariants: the page depends on the kept files alone, so `make check` can tell when it is not what they say; a chart
never stands without its numbers; a note (`notes/SUBJECT.md`, or any other name, which then stands at the end) links to
nothing, because it is read in two places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from benchmarks.charts import goals_chart, number, series_chart
from benchmarks.figures import Figure, Samples, Series
from benchmarks.machine import QUIET
from benchmarks.results import FOLDER, Results, Run, subjects

DOCS = FOLDER.parent / "docs"
NOTES = FOLDER / "notes"
MET = {True: "yes", False: "**no**", None: "not judged"}
OPENING = """# Performance

Measured by `make bench` on one machine, against what a user would pick instead or against the machine's own limit, in
the same run, turn about; medians of at least five rounds; durable writes counted. This page is made from what was kept
of the runs (`benchmarks/results.json`, `benchmarks/runs.json`), and `make check` holds it to that. Machines differ:
judge the ratios, and measure on your own.
"""


def files(results: Results, notes: Path = NOTES) -> dict[str, str]:
    """The page and its charts, by their path below docs/."""
    known = {name: told for name, told in subjects().items() if name in results.runs}
    made: dict[str, str] = {}
    parts = [OPENING, *_whole(results, list(known), made)]
    for name, told in known.items():
        parts += [f"## {name}\n", told + "\n", *_subject(results, name, made), *_note(notes / f"{name}.md")]
    others = [path for path in sorted(notes.glob("*.md")) if path.stem not in known]
    for path in others:
        parts += [f"## Note: {path.stem}\n", *_note(path)]
    parts += [_how(results, list(known))]
    return {"performance.md": "\n".join(parts).rstrip("\n") + "\n"} | made


def write(results: Results, docs: Path = DOCS) -> None:
    """Write page and charts."""
    made = files(results)
    (docs / "performance").mkdir(exist_ok=True)
    for path in (docs / "performance").glob("*.svg"):
        if f"performance/{path.name}" not in made:
            path.unlink()
    for name, text in made.items():
        (docs / name).write_text(text, encoding="utf-8")


def _whole(results: Results, known: list[str], made: dict[str, str]) -> Iterator[str]:
    """All figures at a glance: how many hold, which do not, how far each is from its goal."""
    figures = [figure for name in known for figure in results.of(name)]
    if not figures:
        return
    held, short = ([each for each in figures if each.met is verdict] for verdict in (True, False))
    yield f"{len(held)} of {len(held) + len(short)} judged figures hold.\n"
    if short:
        yield "Those that do not:\n"
        yield "".join(f"- {each.name}: {_told(each)}, goal {_goal(each)}\n" for each in short)
    made["performance/goals.svg"] = goals_chart(figures)
    yield "![How far each figure is from its goal](performance/goals.svg)\n"


def _subject(results: Results, name: str, made: dict[str, str]) -> Iterator[str]:
    run, figures = results.runs[name], results.of(name)
    rows = [(each.name, _told(each), _goal(each), MET[each.met]) for each in figures]
    yield _table(("figure", "measured", "goal", "met"), rows)
    if run.durable:
        yield f"Durable: {run.durable}\n"
    for series in run.series:
        yield from _series(name, series, made)
    yield from _spread(run.samples)
    yield _circumstances(run)


def _series(subject: str, series: Series, made: dict[str, str]) -> Iterator[str]:
    slug = re.sub(r"[^a-z0-9]+", "-", f"{subject} {series.title}".lower()).strip("-")
    path = f"performance/{slug}.svg"
    made[path] = series_chart(series)
    yield f"### {series.title}\n"
    yield f"![{series.title}]({path})\n"
    yield _table(("", series.unit), [(label, number(value)) for label, value in series.points])


def _spread(samples: tuple[Samples, ...]) -> Iterator[str]:
    if samples:
        yield "<details><summary>How far the rounds lay apart, in seconds</summary>\n"
        rows = [
            (each.action, str(each.rounds), f"{each.least:.4g}", f"{each.median:.4g}", f"{each.most:.4g}")
            for each in samples
        ]
        yield _table(("what was timed", "rounds", "least", "median", "most"), rows)
        yield "</details>\n"


def _circumstances(run: Run) -> str:
    seeds = f"; seeds: {', '.join(f'{name} {seed}' for name, seed in run.seeds.items())}" if run.seeds else ""
    busy = f" Other programs used {run.others:g} cores before the start."
    if run.others > QUIET:
        busy += f" **That is more than {QUIET:g}: these are the figures of a busy machine.**"
    return (
        f"Measured {run.date} in {run.seconds:.0f} s; load {run.load_before} before and {run.load_after} after{seeds}."
        f"{busy}\n"
    )


def _how(results: Results, known: list[str]) -> str:
    """On what: one table a different machine or set of versions, with the subjects measured there."""
    places: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for name in known:
        run = results.runs[name]
        places.setdefault((*run.machine.items(), *run.versions.items()), []).append(name)
    parts = ["## Machine and versions\n"]
    for place, names in places.items():
        parts += [f"Of {', '.join(names)}:\n", _table(("what", "which"), list(place))]
    return "\n".join(parts)


def _note(path: Path) -> Iterator[str]:
    """A note with its headings two steps lower. Raises `ValueError` if it links to a file."""
    if not path.exists():
        return
    text = path.read_text(encoding="utf-8")
    if re.search(r"\]\((?!https?:)[^)]*\)", text):
        raise ValueError(f"{path.name} links to a file")
    yield re.sub(r"^#", "###", text, flags=re.MULTILINE)


def _told(figure: Figure) -> str:
    ratio = "" if figure.ratio is None else f" (ratio {number(figure.ratio)})"
    return f"{number(figure.value)} {figure.unit}{ratio}"


def _goal(figure: Figure) -> str:
    return figure.goal.replace("<=", "≤").replace(">=", "≥")


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |\n" for line in lines)
