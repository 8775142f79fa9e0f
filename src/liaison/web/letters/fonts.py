"""Which fonts may a letter be set in, and is there one for a language?

    fonts_for("zh_Hans", found_fonts())      ["Libertinus Serif", "Noto Serif SC"]

Invariants: Latin, Greek and Cyrillic come with the typesetter, so that they look the same on every machine; Arabic and
Chinese come from the packages of the extra `letters` or from Debian, whichever is there, in the order of the table.
"""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from liaison.errors import UsageError

if TYPE_CHECKING:
    from typst import Fonts

LATIN = "Libertinus Serif"
# Beside a Latin text of this kind; Debian's packages call the Chinese ones CJK.
FAMILIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ar": ("Noto Naskh Arabic", "Noto Sans Arabic"),
        "zh_Hans": ("Noto Serif SC", "Noto Serif CJK SC", "Noto Sans SC", "Noto Sans CJK SC"),
    }
)
PACKAGES = ("pylopdf_fonts_ar", "pylopdf_fonts_zh_cn")


@functools.cache
def found_fonts(*, system: bool = True, packages: tuple[str, ...] = PACKAGES) -> Fonts:
    """The fonts of the typesetter, of these packages where they are installed, and of the machine."""
    from typst import Fonts  # 37 MB that most requests do not need.

    return Fonts(include_system_fonts=system, font_paths=[str(folder) for folder in map(_folder, packages) if folder])


def fonts_for(locale: str, found: Fonts) -> list[str]:
    """The families to set a letter of this language in. Raises UsageError where none of them is there."""
    wanted, there = FAMILIES.get(locale, ()), frozenset(found.families())
    if wanted and there.isdisjoint(wanted):
        raise UsageError("font-missing", font=wanted[0])
    return [LATIN, *(each for each in wanted if each in there)]


def spare_fonts(found: Fonts) -> list[str]:
    """Every family there is beside the Latin one: for pages on which names and texts of several languages stand."""
    there = frozenset(found.families())
    return [each for families in FAMILIES.values() for each in families if each in there]


def _folder(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec is not None and spec.origin else None
