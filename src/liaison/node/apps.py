"""Which tables belong to a node? Those of this one Django application."""

from __future__ import annotations

from django.apps import AppConfig


class NodeConfig(AppConfig):
    """The application that holds every table of a node."""

    name = "liaison.node"
    label = "node"
    default_auto_field = "django.db.models.BigAutoField"
