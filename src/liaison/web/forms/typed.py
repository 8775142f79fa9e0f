"""What stood in the inputs of a form, by the names of the inputs?

    {"field.title": ["Scanning"], "field.title.lang": ["en"], "field.sectors": ["energy", "water"]}

Invariants: texts only, as the browser sent them but with plain line ends; hidden tokens are left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

Typed = Mapping[str, Sequence[str]]
PREFIX = "field"
ZONE = "zone"
MARKS = ",;،؛\uff0c、\uff1b"
"""What keyboards of Latin, Arabic and Chinese write between two of a list."""
_BETWEEN = re.compile(f"[{MARKS}]")
LEFT_OUT = frozenset({"csrfmiddlewaretoken"})


def typed_of(post: Any) -> dict[str, list[str]]:
    """The inputs of a POST (a QueryDict), which may be kept and shown again."""
    return {name: [plain_lines(text) for text in texts] for name, texts in post.lists() if name not in LEFT_OUT}


def plain_lines(text: str) -> str:
    """The text with line feeds only, composed as signed texts must be."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def parted(text: str) -> list[str]:
    """The words between commas or semicolons, without the empty ones."""
    return [each.strip() for each in _BETWEEN.split(text) if each.strip()]


def input_name(field: str, part: str = "") -> str:
    """The name of an input of a field, or of a part of it."""
    return ".".join(filter(None, (PREFIX, field, part)))


def input_id(field: str, part: str = "") -> str:
    """The id of that input on the page."""
    return input_name(field, part).replace(".", "-")
