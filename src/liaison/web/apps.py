"""Which Django application holds the pages? It has templates, static files and words, and no table."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages; what they keep stands in the node's tables."""

    name = "liaison.web"
    label = "web"
