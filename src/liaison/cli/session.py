"""Which node does a command work on? The one whose home `--home` or LIAISON_HOME names, opened when first needed."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from liaison.node.config import HOME_VARIABLE, database_url, default_home

if TYPE_CHECKING:
    from liaison.node.node import Node

HOME_KEY = "liaison.home"


def chosen_home() -> Path:
    """The home this command was given."""
    context = click.get_current_context(silent=True)
    named = context.find_root().meta.get(HOME_KEY) if context else None
    return named if isinstance(named, Path) else default_home()


LEAN, WITH_PAGES = "liaison.node.settings", "liaison.web.settings"


def prepare_django(home: Path, *, settings_in: str = LEAN) -> bool:
    """Set Django up for the node in `home`; False if this process had set it up already (tests do).

    What makes, moves or serves the tables of the pages names `WITH_PAGES`; everything else starts quicker without.
    """
    from django.apps import apps
    from django.conf import settings

    if apps.ready:
        return False
    os.environ[HOME_VARIABLE] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings_in)
    apps.populate(settings.INSTALLED_APPS)  # Without what `django.setup` loads for pages: every command is quicker.
    return True


def open_node(place: Path | None = None, *, settings_in: str = LEAN) -> Node:
    """The node in `place`, by default that of this command, wired to the machine. Raises `UsageError`."""
    home = place or chosen_home()
    first = prepare_django(home, settings_in=settings_in)
    from liaison.node import wiring
    from liaison.node.databases import add_database

    node = wiring.open_node(home)
    if first:
        return node
    alias = f"home:{home}"
    add_database(alias, database_url(home, node.config))
    return dataclasses.replace(node, database=alias)
