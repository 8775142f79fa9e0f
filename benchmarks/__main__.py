"""Which figures hold on this machine today? Measures, prints the table, keeps the results and makes the page of them.

    python -m benchmarks              every subject
    python -m benchmarks routing      one of them; the figures of the others stay as they are
    python -m benchmarks --page       nothing is measured: docs/performance.md again from what is kept

What is not met stands in the table, not in the exit code; a subject that breaks is 1, after all others were measured.
Every program that is started, ours or a peer's, keeps what it compiles, as where it is installed, also where the
surroundings say to write none.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
import traceback

from benchmarks import figures, machine, page, parts
from benchmarks.figures import Figure, Series
from benchmarks.results import Results, Run, load_results, save_results, subjects
from tools.run_tests import COMPILED


def main(arguments: list[str]) -> int:
    """Measure the chosen subjects, all without arguments."""
    known, chosen = list(subjects()), [name for name in arguments if name != "--page"]
    unknown = sorted(set(chosen) - set(known))
    if unknown:
        print(f"Unknown: {', '.join(unknown)}. Known: {', '.join(known)}.", file=sys.stderr)
        return 2
    os.environ |= COMPILED
    results = load_results()
    broken = [] if "--page" in arguments else _measure_all(results, chosen or known)
    page.write(results)
    return 1 if broken else 0


def _measure_all(results: Results, chosen: list[str]) -> list[str]:
    """Measure each subject and keep what came of it at once; the subjects that broke."""
    missing, broken, told = parts.bring(), list[str](), list[Figure]()
    for subject in chosen:
        print(f"measuring {subject} …", file=sys.stderr, flush=True)
        try:
            told += _measure(results, subject)
        except Exception:  # noqa: BLE001 — whatever broke one subject, the others are measured
            traceback.print_exc()
            broken.append(subject)
            continue
        save_results(results)
    print(_table(told))
    for line in (missing, f"Broken: {', '.join(broken)}" if broken else ""):
        if line:
            print(line)
    return broken


def _measure(results: Results, subject: str) -> list[Figure]:
    """One subject. It may have `DURABLE` (a sentence: what is committed and synced) and `SEEDS` (name → number)."""
    figures.taken.clear()
    before, others = machine.load(), machine.others()
    if others > machine.QUIET:
        print(f"Other programs use {others:g} cores now: the figures will be those of a busy machine.", file=sys.stderr)
    module, start = importlib.import_module(f"benchmarks.{subject}"), time.monotonic()
    measured: list[Figure | Series] = list(module.measure())
    run = Run(
        date=time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime()),
        seconds=round(time.monotonic() - start, 1),
        load_before=before,
        load_after=machine.load(),
        others=others,
        machine=machine.machine(),
        versions=machine.versions() | getattr(module, "VERSIONS", {}),
        seeds=getattr(module, "SEEDS", {}),
        durable=getattr(module, "DURABLE", ""),
        figures=tuple(each.name for each in measured if isinstance(each, Figure)),
        series=tuple(each for each in measured if isinstance(each, Series)),
        samples=tuple(figures.taken),
    )
    found = [each for each in measured if isinstance(each, Figure)]
    results.put(subject, run, found)
    return found


def _table(found: list[Figure]) -> str:
    rows = [("figure", "value", "unit", "ratio", "goal", "met")]
    rows += [_row(figure) for figure in found]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _row(figure: Figure) -> tuple[str, ...]:
    ratio = "" if figure.ratio is None else f"{figure.ratio:.3g}"
    met = {True: "yes", False: "NO", None: "not judged"}[figure.met]
    return figure.name, f"{figure.value:.4g}", figure.unit, ratio, figure.goal, met


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
