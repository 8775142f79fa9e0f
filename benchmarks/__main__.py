"""Which figures hold on this machine today? Runs every subject, prints a table, writes `benchmarks/results.json`.

python -m benchmarks [SUBJECT …]
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import sys
import time
from pathlib import Path

import msgspec

from benchmarks.figures import Figure, Series

SUBJECTS = ("routing", "register", "line")
RESULTS = Path(__file__).parent / "results.json"


def main(chosen: list[str]) -> int:
    """Measure the chosen subjects, all without arguments; what is not met stands in the table, not in the exit code."""
    unknown = sorted(set(chosen) - set(SUBJECTS))
    if unknown:
        print(f"Unknown: {', '.join(unknown)}. Known: {', '.join(SUBJECTS)}.", file=sys.stderr)
        return 2
    print(_machine())
    measured: list[Figure | Series] = []
    for subject in chosen or SUBJECTS:
        print(f"measuring {subject} …", file=sys.stderr, flush=True)
        measured += importlib.import_module(f"benchmarks.{subject}").measure()
    figures = [each for each in measured if isinstance(each, Figure)]
    print(_table(figures))
    if not chosen:
        RESULTS.write_text(json.dumps(msgspec.to_builtins(figures), indent=1) + "\n", encoding="utf-8")
    return 0


def _machine() -> str:
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    today = time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime())
    return f"{today}  {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {load}"


def _table(figures: list[Figure]) -> str:
    rows = [("figure", "value", "unit", "ratio", "goal", "met")]
    rows += [_row(figure) for figure in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _row(figure: Figure) -> tuple[str, ...]:
    ratio = "" if figure.ratio is None else f"{figure.ratio:.3g}"
    met = {True: "yes", False: "NO", None: "no peer"}[figure.met]
    return figure.name, f"{figure.value:.4g}", figure.unit, ratio, figure.goal, met


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
