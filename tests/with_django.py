"""Sets Django up for tests of the node; importing a package of such tests does it first."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.web.settings")
django.setup()
