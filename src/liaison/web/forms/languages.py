"""Which languages may a text be marked with, and what are they called in the reader's language?"""

from __future__ import annotations

import functools

from babel import Locale

OFFICIAL = ("ar", "zh", "en", "fr", "ru", "es")
OTHERS = (
    "am", "az", "be", "bg", "bn", "bs", "cs", "da", "de", "el", "et", "fa", "fi", "ga", "ha", "he", "hi", "hr", "hu",
    "hy", "id", "is", "it", "ja", "ka", "kk", "km", "ko", "ky", "lo", "lt", "lv", "mk", "mn", "ms", "my", "ne", "nl",
    "no", "pl", "ps", "pt", "ro", "rw", "si", "sk", "sl", "so", "sq", "sr", "sv", "sw", "ta", "tg", "th", "tk", "tr",
    "uk", "ur", "uz", "vi", "zu",
)  # fmt: skip


@functools.cache
def language_choices(locale: str) -> tuple[tuple[str, str], ...]:
    """Tag and name of each, the six official languages first."""
    names = Locale.parse(locale).languages
    official = [(tag, names.get(tag, tag)) for tag in OFFICIAL]
    others = sorted(((tag, names.get(tag, tag)) for tag in OTHERS), key=lambda each: each[1].casefold())
    return (*official, *others)


def language_tag(code: str) -> str:
    """The tag that texts of a reader of these pages carry unless they say otherwise: `zh-hans` → `zh`."""
    return code.split("-")[0].lower()
