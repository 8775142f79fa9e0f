"""Which languages are there, what do their readers call them, which way do they run, and were they reviewed?

    find_language("ar") == Language("ar", "ar", "ar", "العربية", "rtl", reviewed=False)

Invariants (docs/using/translating.md):
- a language is a folder of `locale` with a catalogue, or English, the language of the sources; nothing else lists them;
- its own name and direction come from Unicode's CLDR, its review from the header `X-Native-Review` of the catalogue;
- nothing here needs Django: the settings are made from it.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from babel import Locale

LOCALES = Path(__file__).parent / "locale"
CATALOGUE = Path("LC_MESSAGES") / "django.po"
SOURCE = "en"


@dataclass(frozen=True, slots=True)
class Language:
    """One language: `code` as Django writes it, `tag` as HTML, `locale` as Babel and the folder."""

    code: str
    tag: str
    locale: str
    name: str
    direction: Literal["ltr", "rtl"]
    # Whether a native speaker has read the whole catalogue over.
    reviewed: bool


@functools.cache
def languages() -> Mapping[str, Language]:
    """Every language by its code, in the order of the codes."""
    folders = {path.parent.parent.name: read_header(path) for path in LOCALES.glob(f"*/{CATALOGUE}")}
    found = [_language(SOURCE, reviewed=True)]
    found += [_language(name, reviewed=header.get("X-Native-Review") == "yes") for name, header in folders.items()]
    return MappingProxyType({language.code: language for language in sorted(found, key=lambda one: one.code)})


def find_language(code: str | None) -> Language:
    """The language with this code; English for a code that no folder stands for."""
    return languages().get(code or SOURCE, languages()[SOURCE])


def read_header(catalogue: Path) -> dict[str, str]:
    """The header fields of a catalogue, without reading the rest of it."""
    fields = {}
    with catalogue.open(encoding="utf-8") as lines:
        for line in lines:
            if not line.strip():
                break
            if line.startswith('"'):
                name, _, value = line.strip().strip('"').removesuffix("\\n").partition(":")
                fields[name] = value.strip()
    return fields


def _language(locale: str, *, reviewed: bool) -> Language:
    known = Locale.parse(locale)
    name = known.get_display_name() or locale
    tag = locale.replace("_", "-")
    direction: Literal["ltr", "rtl"] = "rtl" if known.text_direction == "rtl" else "ltr"
    return Language(tag.lower(), tag, locale, name[:1].upper() + name[1:], direction, reviewed)
