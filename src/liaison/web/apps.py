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
        from django.contrib.auth.signals import user_logged_in

        from liaison.web.logged import defects_only

        # It would note the sign-in by the machine's clock; services/people/sessions.py does by the node's.
        user_logged_in.disconnect(dispatch_uid="update_last_login")

        for room in ("django.request", "django.security.csrf"):
            logging.getLogger(room).addFilter(defects_only)
