"""How does what was said become a PDF/UA-1 file?

    typeset("letter.typ", {"title": …}, found_fonts(), at=now)      bytes; the page reads `sys.inputs.letter` as JSON

Invariants:
- text enters the typesetter as data, never as its markup; the same words and time give the same bytes;
- what is not said in the language of the page has a paragraph of its own direction (`own`), and inside of a sentence it
  is isolated (`words.apart`);
- a sign that no font has is refused, never printed as an empty box.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from importlib import resources
from typing import TYPE_CHECKING, Any

from liaison.errors import UsageError

if TYPE_CHECKING:
    from typst import Fonts

# How the typesetter names a sign that no font has, which PDF/UA forbids.
_NO_SIGN = re.compile(r'the text `"(.+?)"` could not be displayed')
SIGNS = 8


def runs_right_to_left(text: str) -> bool:
    """Whether a text without a language of its own does: as its first letter; numbers, names and hashes do not."""
    first = next((unicodedata.bidirectional(sign) for sign in text if sign.isalpha()), "L")
    return first in ("R", "AL")


def own(text: str) -> dict[str, Any]:
    """A text in its own direction, so that neither "+999 555 0100" nor a full stop is moved by that of the page."""
    return {"text": text, "rtl": runs_right_to_left(text)}


def world_locale(locale: str) -> str:
    """The locale whose dates a letter has: English as the world writes it, the day before the month."""
    return "en_001" if locale == "en" else locale


def typeset(page: str, told: Mapping[str, Any], found: Fonts, *, at: datetime) -> bytes:
    """The page of this folder, filled with these words, made at this time. Raises UsageError."""
    import typst  # 37 MB that most requests do not need.

    source = resources.files("liaison.web.letters").joinpath(page).read_bytes()
    given = {"letter": json.dumps(told, ensure_ascii=True)}
    moment = int(at.timestamp())
    try:
        pdf: bytes = typst.compile(source, sys_inputs=given, timestamp=moment, pdf_standards="ua-1", font_paths=found)
    except typst.TypstError as error:
        signs = dict.fromkeys(_NO_SIGN.findall(str(error)))
        if not signs:
            raise
        raise UsageError("font-lacks-signs", signs=" ".join(signs)[:SIGNS]) from error
    return pdf
