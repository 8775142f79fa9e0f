"""Which operation answers at which path? `/api/v1/…`, described by `/api/v1/openapi.json` (OpenAPI 3.1)."""

from __future__ import annotations

from django.urls import path

from liaison.api.door import api

urlpatterns = [path("api/v1/", api.urls)]
