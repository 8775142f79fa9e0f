"""What does an error say to a person: what happened, what was kept, what to do next?

Each room keeps its sentences in `explanations.toml` beside its code, a large room in several, one table a code:

    [entry-too-large]
    what = "The entry has {size} bytes; at most {limit} are allowed."
    kept = "Nothing was changed."
    next = "Shorten the entry and submit it again."

Invariants: every code raised in the sources has a table, every table has all three sentences, and every
`{name}` is a parameter of the error (`tests/test_explanations.py` holds this).
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

from liaison.errors import At, LiaisonError, Param, Several


@dataclass(frozen=True, slots=True)
class Explanation:
    """Three sentences for a person, in English unless they were translated."""

    code: str
    what: str
    kept: str
    next: str


@dataclass(frozen=True, slots=True)
class Telling:
    """How a reader is told what fills a sentence: an instant of the wire, a list, and any other text."""

    moment: Callable[[str], str] = str
    listed: Callable[[Iterable[str]], str] = ", ".join
    text: Callable[[str], str] = str

    def of(self, params: Mapping[str, Param]) -> dict[str, Param]:
        """What stands in the sentence for its `{name}`s."""
        return {name: self._one(param) for name, param in params.items()}

    def _one(self, param: Param) -> Param:
        match param:
            case At():
                return self.moment(param)
            case Several():
                return param.joined(lambda items: self.listed(map(self.text, items)))
            case str():
                return self.text(param)
        return param


AS_IT_IS = Telling()


@functools.cache
def catalogue() -> dict[str, dict[str, str]]:
    """All tables of all rooms: code → {what, kept, next}."""
    tables: dict[str, dict[str, str]] = {}
    for page in _pages(resources.files("liaison")):
        tables |= tomllib.loads(page.read_text(encoding="utf-8"))
    return tables


def _pages(folder: Traversable) -> Iterator[Traversable]:
    """The pages in a folder and below it, in the order of their names."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _pages(entry)
        elif entry.name == "explanations.toml":
            yield entry


def explain(error: LiaisonError, translate: Callable[[str], str] = str, telling: Telling = AS_IT_IS) -> Explanation:
    """The sentences of `error`, each through `translate`, which gets the English source with its `{name}`s unfilled.

    What fills them is said as `telling` says it. A code without a table (a defect the tests catch) explains itself by
    its name.
    """
    table = catalogue().get(error.code)
    if table is None:
        kept = translate("Nothing is known to be lost.")
        return Explanation(error.code, str(error), kept, translate("Report this code to the maintainers."))
    params = telling.of(error.params)
    what, kept, next_step = (translate(table[part]).format_map(params) for part in ("what", "kept", "next"))
    return Explanation(error.code, what, kept, next_step)
