"""What does a file of answers say of the rows of a report?

    liaison_row,answer,ticket,to,remark          the report itself with columns added, or a file of these alone
    17,fixed,RT#4711,,
    18,not-ours,,AS64501,

    decode_answers(data, rows=50_000)      (RowAnswer(answer="fixed", rows=((17, 17),), …), …)

Invariants: all of the file counts or none of it; a line that names a row the report does not have, or one that another
line names too, refuses the file and is told by its number; an empty answer is none; what a spreadsheet could take for
a formula is text here and is made harmless wherever it is written again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from liaison.errors import MalformedError
from liaison.exchange.strict_json import check_characters
from liaison.messages.forms.codes import code_list
from liaison.messages.forms.lines import fits_line
from liaison.messages.forms.row_answers import CODES, LONGEST, NOT_OURS, RowAnswer, SaidOfRow, grouped
from liaison.routing.feeds.neutral import restored
from liaison.routing.feeds.numbering import LONGEST_NUMBER, cells_of, split_rows
from liaison.routing.feeds.shape import DELIMITERS

LARGEST = 16 << 20
MOST_ROWS = 1_000_000
NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "row": ("liaison_row", "row"),
        "answer": ("answer", "liaison_answer"),
        "ticket": ("ticket", "liaison_ticket"),
        "to": ("to", "liaison_to"),
        "remark": ("remark", "liaison_remark"),
    }
)


def decode_answers(data: bytes, *, rows: int) -> tuple[RowAnswer, ...]:
    """The answers in a file about a report of so many rows. Raises MalformedError."""
    if len(data) > LARGEST:
        raise MalformedError("answers-too-large", size=len(data), limit=LARGEST)
    lines = list(_lines(data))
    if not lines:
        raise MalformedError("answers-empty")
    places, delimiter = _head(lines[0][1])
    said: dict[int, tuple[int, SaidOfRow]] = {}
    for line, text in lines[1:]:
        found = _row(line, cells_of(text, delimiter), places, rows)
        if found is None:
            continue
        number, answer = found
        if number in said:
            raise MalformedError("answers-doubled", line=line, row=number, before=said[number][0])
        said[number] = (line, answer)
    if not said:
        raise MalformedError("answers-empty")
    return grouped((number, answer) for number, (_, answer) in sorted(said.items()))


def _lines(data: bytes) -> Iterator[tuple[int, str]]:
    """The rows of the file with the line each begins on, without comments."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MalformedError("document-not-utf8", byte=error.start) from error
    check_characters(text)
    body = text.replace("\r\n", "\n").encode()
    if body.count(b"\n") > MOST_ROWS:
        raise MalformedError("answers-too-many", limit=MOST_ROWS)
    line = 1
    for row in split_rows(body, quoted=True):
        if row.strip() and not row.startswith(b"#"):
            yield line, row.decode()
        line += row.count(b"\n") + 1


def _head(text: str) -> tuple[dict[str, int], str]:
    """Where the columns stand, and what parts them. Raises MalformedError."""
    for delimiter in DELIMITERS:
        names = [cell.strip().lower() for cell in cells_of(text, delimiter)]
        places = {
            name: len(names) - 1 - names[::-1].index(found)
            for name, known in NAMES.items()
            if (found := next((each for each in known if each in names), None)) is not None
        }
        if {"row", "answer"} <= places.keys():
            return places, delimiter
    raise MalformedError("answers-columns")


def _row(line: int, cells: Sequence[str], places: Mapping[str, int], rows: int) -> tuple[int, SaidOfRow] | None:
    """Row number and what is said of it, None where nothing is. Raises MalformedError."""
    given = {name: restored(cells[at]).strip() if at < len(cells) else "" for name, at in places.items()}
    if not given["answer"]:
        return None
    if not re.fullmatch(rf"[0-9]{{1,{LONGEST_NUMBER}}}", given["row"]) or not 1 <= int(given["row"]) <= rows:
        raise MalformedError("answers-foreign-row", line=line, row=given["row"][:20] or "-", rows=rows)
    answer = _code(given["answer"])
    if answer is None:
        raise MalformedError("answers-unknown", line=line, answer=given["answer"][:40])
    texts = {name: given.get(name, "") for name in LONGEST}
    for name, text in texts.items():
        if text and not fits_line(text, LONGEST[name]):
            raise MalformedError("answers-text", line=line, column=name, limit=LONGEST[name])
    if texts["to"] and answer != NOT_OURS:
        raise MalformedError("answers-not-theirs", line=line)
    return int(given["row"]), SaidOfRow(answer, texts["to"], texts["ticket"], texts["remark"])


def _code(text: str) -> str | None:
    """The code that was written as such, or as its English word."""
    plain = text.casefold().replace(" ", "-")
    known = code_list(CODES)
    if plain in known:
        return plain
    return next((code for code, each in known.items() if each.en.casefold() == text.casefold()), None)
