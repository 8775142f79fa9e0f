"""Where do the compiled catalogues come from? Each build of a wheel or editable install makes them of the `.po` files.

Called by hatchling (`pyproject.toml`), and by `python -m tools.translations compile`. Babel is all it needs.
"""

from __future__ import annotations

import datetime
import tempfile
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CATALOGUES = "src/liaison/web/locale/*/LC_MESSAGES/django.po"
# The same sources make the same bytes.
NO_DATE = datetime.datetime(1980, 1, 1, tzinfo=datetime.UTC)


class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg]
    """Compiles before the files of the wheel are collected; `artifacts` in pyproject.toml lets them in."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called once a build; `version` is "standard" or "editable", which is all the same here."""
        compile_catalogues(Path(self.root))


def compile_catalogues(root: Path) -> list[Path]:
    """Compile every catalogue below `root` that is newer than what was compiled; returns the files written."""
    written = []
    for source in sorted(root.glob(CATALOGUES)):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime <= source.stat().st_mtime:
            _compile(source, target)
            written.append(target)
    return written


def _compile(source: Path, target: Path) -> None:
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parent.parent.name, abort_invalid=True)
    catalogue.creation_date = catalogue.revision_date = NO_DATE
    # Several processes may compile at once: each writes aside and puts a whole file in place.
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as aside:
        write_mo(aside, catalogue)
    Path(aside.name).chmod(0o644)
    Path(aside.name).replace(target)
