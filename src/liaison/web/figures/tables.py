"""How does a table leave a page as a file? As CSV that no spreadsheet takes for a program.

    csv_answer("cases.csv", ("case", "form"), rows)

Invariants: a cell that a spreadsheet would compute begins with an apostrophe; lines end as RFC 4180 says; the file is
UTF-8 with a mark at its beginning, without which Excel reads another encoding.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

COMPUTED = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(value: object) -> str:
    """A value as a cell that is only ever shown."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(COMPUTED) and not isinstance(value, int | float) else text


def csv_answer(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """The table as a download."""
    written = io.StringIO()
    lines = csv.writer(written)
    lines.writerow(map(safe_cell, head))
    lines.writerows(map(safe_cell, row) for row in rows)
    response = HttpResponse("\ufeff" + written.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
