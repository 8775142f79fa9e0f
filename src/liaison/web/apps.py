"""Which Django application holds the pages? It has templates, static files and words, and no table."""

from __future__ import annotations

import logging

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages; what they keep stands in the node's tables."""

    name = "liaison.web"
    label = "web"

    def ready(self) -> None:
        """Called by Django once everything is loaded."""
        from liaison.web.logged import defects_only

        for room in ("django.request", "django.security.csrf"):
            logging.getLogger(room).addFilter(defects_only)
