"""A language nobody speaks, made on the fly: what a page shows outside its brackets was never marked for translation.

    pseudo("{count} desks answer") == "⟦{count} đêşķş åñşŵêř········⟧"

Accented and two fifths longer, so that a page that breaks under longer words or loses letters outside ASCII shows it.
It goes under the code of Esperanto, which Django knows and no folder of ours stands for. It is never shipped.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

CODE = "eo"
_ACCENTED = str.maketrans("acdeghijklnoprstuwyzACDEGHIJKLNOPRSTUWYZ", "åçđêğĥîĵķļñøþřşţûŵýžÅÇĐÊĞĤÎĴĶĻÑØÞŘŞŢÛŴÝŽ")
_KEPT = re.compile(r"(\{[^}]*\}|%\(\w+\)s|%[sd%]|<[^>]+>)")
_READ = {"alt", "aria-label", "placeholder", "title"}
_DATA = {"script", "style", "bdi", "code", "time", "pre", "textarea"}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def pseudo(text: str) -> str:
    """`text` in brackets, accented and longer; placeholders and tags stay."""
    parts = _KEPT.split(text)
    said = "".join(part if _KEPT.fullmatch(part) else part.translate(_ACCENTED) for part in parts)
    return f"⟦{said}{'·' * (2 * len(text) // 5)}⟧"


def write_pseudo(words: Catalog, locales: Path) -> None:
    """The compiled catalogue of this language, below a folder that `LOCALE_PATHS` can name."""
    catalogue = Catalog(CODE)
    for message in words:
        if message.id:
            forms = [message.id] if isinstance(message.id, str) else list(message.id)
            said = [pseudo(form) for form in forms]
            catalogue.add(message.id, said[0] if len(said) == 1 else tuple(said), context=message.context)
    target = locales / CODE / "LC_MESSAGES" / "django.mo"
    target.parent.mkdir(parents=True)
    with target.open("wb") as file:
        write_mo(file, catalogue)


def unmarked(html: str) -> list[str]:
    """The texts of a page with letters outside the brackets; what a page marks as data is left out."""
    reader = _Texts()
    reader.feed(html)
    rest, marked = "\0".join(reader.texts), 1
    while marked:  # What is said inside a sentence has brackets of its own.
        rest, marked = re.subn(r"⟦[^⟦⟧]*⟧", "\0", rest)
    return [part.strip() for part in rest.split("\0") if re.search(r"[^\W\d_]", part)]


class _Texts(HTMLParser):
    """The texts of a page; `_DATA` holds what nobody translates: names, times, codes, what others wrote."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.within: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in _VOID:
            self.within.append((tag, tag in _DATA or (tag != "html" and bool({"lang", "dir"} & set(given)))))
        self.texts += [value for name, value in attrs if value and name in _READ]

    def handle_endtag(self, tag: str) -> None:
        while self.within and self.within.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(skipped for _, skipped in self.within):
            self.texts.append(data)
