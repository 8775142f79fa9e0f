"""Where are figures kept, and what becomes of them when one subject is measured again?

    results.json    [{"name": …, "value": …, "unit": …, "ratio": …, "goal": …, "met": …}, …]   every figure
    runs.json       {"routing": {"date": …, "machine": …, "figures": ["…"], "samples": […], …}, …}   how each came about

Invariants: measuring one subject replaces its own figures and nothing else; a figure stands once, under the subject
that measured it; a subject that is gone from the folder takes its figures with it.
"""

from __future__ import annotations

import ast
from pathlib import Path

import msgspec

from benchmarks.figures import Figure, Samples, Series

FOLDER = Path(__file__).parent
DIGITS = 6


class Run(msgspec.Struct, frozen=True):
    """How the figures of one subject came about."""

    date: str
    seconds: float
    load_before: str
    load_after: str
    others: float
    """Cores in use by other programs during two seconds before the start."""
    machine: dict[str, str]
    versions: dict[str, str]
    seeds: dict[str, int]
    durable: str
    """What is durable in what was timed, with its commits and syncs, in the subject's own words."""
    figures: tuple[str, ...]
    series: tuple[Series, ...]
    samples: tuple[Samples, ...]


class Results(msgspec.Struct):
    """Everything that was measured."""

    figures: dict[str, Figure]
    runs: dict[str, Run]

    def of(self, subject: str) -> list[Figure]:
        """The figures of one subject."""
        return [self.figures[name] for name in self.runs[subject].figures]

    def put(self, subject: str, run: Run, figures: list[Figure]) -> None:
        """Replace what was known of a subject."""
        old = self.runs[subject].figures if subject in self.runs else ()
        self.figures = {name: each for name, each in self.figures.items() if name not in old}
        twice = [each.name for each in figures if each.name in self.figures]
        if twice:
            raise ValueError(f"Measured by another subject already: {', '.join(twice)}")
        self.figures |= {each.name: _rounded(each) for each in figures}
        self.runs[subject] = run


def subjects(folder: Path = FOLDER) -> dict[str, str]:
    """Every subject, a module with a function `measure`, with the docstring that says what it measures."""
    found = {}
    for path in sorted(folder.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(node, ast.FunctionDef) and node.name == "measure" for node in tree.body):
            found[path.stem] = ast.get_docstring(tree) or ""
    return found


def load_results(folder: Path = FOLDER) -> Results:
    """What is kept; nothing yet where the files are not there."""
    figures, runs = folder / "results.json", folder / "runs.json"
    if not figures.exists() or not runs.exists():
        return Results({}, {})
    kept = msgspec.json.decode(figures.read_bytes(), type=list[Figure])
    return Results({each.name: each for each in kept}, msgspec.json.decode(runs.read_bytes(), type=dict[str, Run]))


def save_results(results: Results, folder: Path = FOLDER) -> None:
    """Write both files, in the order of the subjects."""
    known = [name for name in subjects(folder) if name in results.runs]
    runs = {name: results.runs[name] for name in known}
    figures = [figure for name in known for figure in results.of(name)]
    for path, value in ((folder / "results.json", figures), (folder / "runs.json", runs)):
        path.write_bytes(msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n")


def _rounded(figure: Figure) -> Figure:
    ratio = None if figure.ratio is None else _digits(figure.ratio)
    return msgspec.structs.replace(figure, value=_digits(figure.value), ratio=ratio)


def _digits(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
