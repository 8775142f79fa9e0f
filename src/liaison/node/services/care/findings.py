"""What does the doctor say? One finding a check: its name, how it stands, a sentence and the next step.

    Finding("disk", State.WARN, "disk-low", {"percent": 8})
    → "8 % of the disk are free."   next: "Free space or move the home to a larger disk; …"

Invariants: the sentences stand in `checks.toml` by code, so that code holds no prose; parameters hold names, numbers
and codes, so that a page can say all of it in the reader's language; `next` is empty where nothing needs to be done.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import resources

from liaison.errors import Param
from liaison.explanations import AS_IT_IS, Telling


class State(StrEnum):
    """How a check stands: as it should, to be looked at, or broken."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


OK, WARN, FAIL = State.OK, State.WARN, State.FAIL


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one check."""

    check: str
    state: State
    code: str
    params: Mapping[str, Param] = field(default_factory=dict)

    def said(self, translate: Callable[[str], str] = str, telling: Telling = AS_IT_IS) -> tuple[str, str]:
        """What was found, and what to do now; `translate` gets the English source with its `{name}`s unfilled, which
        `telling` fills."""
        page = _words()[self.code]
        what, next_step = (translate(page[part]) if part in page else "" for part in ("what", "next"))
        params = telling.of(self.params)
        return what.format_map(params), next_step.format_map(params)


@functools.cache
def _words() -> dict[str, dict[str, str]]:
    page = resources.files("liaison.node.services.care") / "checks.toml"
    return tomllib.loads(page.read_text(encoding="utf-8"))
