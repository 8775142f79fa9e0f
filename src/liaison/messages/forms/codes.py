"""Which codes may stand in a coded field, and what do they say in the English source?

    code_list("tlp")["amber-strict"].en == "TLP:AMBER+STRICT"

Invariants (docs/spec/forms.md):
- codes are data (`data/codes/*.toml`), one file a subject, one table a list, one table a code inside it;
- a code never changes its meaning; a list that grows changes the hash of every form that uses it;
- other languages are catalogues outside the core: nothing signed depends on a translation.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any

from liaison.errors import MalformedError


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a list with its English label and, where one is needed, its meaning in a sentence."""

    code: str
    en: str
    meaning: str = ""


@functools.cache
def code_lists() -> Mapping[str, Mapping[str, Code]]:
    """All lists by name, each in the order of its file."""
    return read_code_lists(resources.files("liaison.messages").joinpath("data/codes"))


def read_code_lists(folder: Traversable) -> Mapping[str, Mapping[str, Code]]:
    """The lists of a folder of such files."""
    found: dict[str, Mapping[str, Code]] = {}
    for page in sorted(folder.iterdir(), key=lambda page: page.name):
        for name, table in tomllib.loads(page.read_text(encoding="utf-8")).items():
            found[name] = MappingProxyType({code: _read_code(code, entry) for code, entry in table.items()})
    return MappingProxyType(found)


def code_list(name: str) -> Mapping[str, Code]:
    """The list `name`: code → Code. Raises MalformedError for a list that does not exist."""
    try:
        return code_lists()[name]
    except KeyError as error:
        raise MalformedError("unknown-code-list", list=name) from error


def english(name: str, code: str) -> str:
    """The English label of a code; a code of a later version is shown as it is."""
    found = code_lists().get(name, {}).get(code)
    return found.en if found is not None else code


def meaning(name: str, code: str) -> str:
    """The sentence that explains a code in English, where it needs one."""
    found = code_lists().get(name, {}).get(code)
    return found.meaning if found is not None else ""


def _read_code(code: str, entry: str | Mapping[str, Any]) -> Code:
    if isinstance(entry, str):
        return Code(code, entry)
    return Code(code, entry["en"], entry.get("meaning", ""))
