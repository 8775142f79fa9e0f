"""What does a text say in another language? The catalogues of the pages, read without Django.

A mail is written by the worker, which serves no pages and knows no reader's language but that of the desk it writes to.
"""

from __future__ import annotations

import functools
import gettext
import re
from pathlib import Path

import liaison

LOCALES = Path(liaison.__file__).parent / "web" / "locale"
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,2}")


class FolderCatalogues:
    """`Catalogues` over the compiled files that travel with the program."""

    def say(self, language: str, context: str, source: str) -> str:
        """The text of a language; the source where there is none."""
        return _catalogue(language).pgettext(context, source) if source else source


@functools.cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if not _LANGUAGE.fullmatch(language):
        return gettext.NullTranslations()
    base = language.replace("_", "-").partition("-")[0].lower()
    names = [language.replace("-", "_"), base, *(path.name for path in sorted(LOCALES.glob(f"{base}_*")))]
    found = gettext.find("django", str(LOCALES), names)
    if found is None:
        return gettext.NullTranslations()
    with Path(found).open("rb") as handle:
        return gettext.GNUTranslations(handle)
