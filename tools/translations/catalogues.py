"""How is a catalogue kept: read, brought up to date with the words, written so that branches merge, and judged?

    msgctxt "answer"
    msgid "Accepted in part"
    msgstr "Acceptée en partie"

Invariants: the header is a person's and stays as it is; entries are sorted, one text a line, without places and dates;
what the program no longer says goes away; what is new is empty, never guessed from something similar.
"""

from __future__ import annotations

import io
import re
import string
from collections.abc import Iterator
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from liaison.web.languages import CATALOGUE, LOCALES

HEADER = """\
# The words of Liaison in {language}. How it is kept: docs/using/translating.md.
msgid ""
msgstr ""
"Language: {locale}\\n"
"Plural-Forms: {plural_forms}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"X-Native-Review: no\\n"
"""
_PERCENT = re.compile(r"%(?:\(\w+\))?[sd]")
_TAG = re.compile(r"</?[a-z][a-z0-9]*[^>]*>")


def folders() -> list[Path]:
    """The folder of each language, with or without a catalogue in it."""
    return sorted(path for path in LOCALES.iterdir() if path.is_dir())


def read_catalogue(path: Path) -> Catalog:
    """The catalogue at `path`."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name, abort_invalid=True)


def update(folder: Path, words: Catalog) -> None:
    """Make the catalogue of a language have exactly `words`, keeping every translation of one of them."""
    path = folder / CATALOGUE
    header = _header(path) if path.exists() else new_header(folder.name)
    old = read_catalogue(path) if path.exists() else Catalog(folder.name)
    new = read_po(io.BytesIO(header.encode()), locale=folder.name)
    for message in words:
        if message.id:
            kept = old.get(message.id, context=message.context) or Message(message.id)
            string = kept.string if kept.pluralizable == message.pluralizable else None
            flags = kept.flags & {"fuzzy"}
            new.add(message.id, string, flags=flags, user_comments=kept.user_comments, context=message.context)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(header.encode() + b"\n" + written(new))


def new_header(locale: str) -> str:
    """The header a catalogue begins with: nobody has reviewed it."""
    language = Locale.parse(locale).get_display_name("en")
    return HEADER.format(language=language, locale=locale, plural_forms=Catalog(locale).plural_forms)


def written(catalogue: Catalog) -> bytes:
    """The entries as text, without the header."""
    file = io.BytesIO()
    write_po(file, catalogue, width=0, no_location=True, omit_header=True, sort_output=True)
    return file.getvalue().rstrip() + b"\n"


def _header(path: Path) -> str:
    head, _, _ = path.read_text(encoding="utf-8").partition("\n\n")
    return head + "\n"


def faults(catalogue: Catalog, words: Catalog) -> Iterator[str]:
    """What is wrong with a catalogue, as sentences; what is not translated yet is not a fault here."""
    said, known = ({(message.context, message.id) for message in each if message.id} for each in (words, catalogue))
    yield from (f"lacks {id!r} of {context}; run update" for context, id in sorted(said - known, key=str))
    yield from (
        f"has {id!r} of {context}, which nobody says; run update" for context, id in sorted(known - said, key=str)
    )
    for message in catalogue:
        if message.id and message.fuzzy:
            yield f"{message.id!r} is fuzzy: translate it or leave it empty"
        if message.id:
            yield from _unequal(message, catalogue.num_plurals)


def untranslated(catalogue: Catalog) -> list[Message]:
    """The entries that have a form without words."""
    return [message for message in catalogue if message.id and not all(_texts(message.string) or [""])]


def _unequal(message: Message, plurals: int) -> Iterator[str]:
    texts = _texts(message.string)
    if message.pluralizable and any(texts) and len(texts) != plurals:
        yield f"{message.id!r} has {len(texts)} plural forms, not {plurals}"
    wanted = [marks(text) for text in _texts(message.id)]
    for text in texts:
        # A form for exactly one or two may say it in words.
        if text and marks(text) not in wanted:
            yield f"{text!r} has not the placeholders and tags of {message.id!r}"


def marks(text: str) -> list[str]:
    """What must be the same in every language: `{name}`, `%(name)s` and HTML tags, sorted."""
    try:
        named = [f"{{{name}}}" for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    except ValueError:  # A lone brace stands for itself in texts that nobody formats.
        named = sorted(re.findall(r"[{}]", text))
    return sorted([*named, *_PERCENT.findall(text), *_TAG.findall(text)])


def _texts(string: str | tuple[str, ...] | list[str]) -> list[str]:
    return [string] if isinstance(string, str) else list(string)
