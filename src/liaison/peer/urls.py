"""Which paths does Django answer? None yet: the peer door is plain WSGI, pages for people come with their own room."""

from __future__ import annotations

urlpatterns: list[object] = []
