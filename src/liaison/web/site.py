"""Which node do the pages belong to, and how does a request reach them?

    open_pages(node)          a WSGI callable; each request runs in a context of its own, with the node in it
    here()                    the node of the request in hand

Invariants: every query of a request, those of sessions and sign-in too, goes to that node's tables; the context ends
with the last byte of the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextvars import Context, copy_context
from typing import Any

from liaison.node.current import enter, here
from liaison.node.node import Node

__all__ = ["enter", "here", "open_pages"]

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def open_pages(node: Node, site: Wsgi) -> Wsgi:
    """The pages of `node`, answered by Django's `site`."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        context = copy_context()
        context.run(enter, node)
        return _Within(context, context.run(site, environ, start_response))

    return answer


class _Within:
    """An answer whose later parts are made in the context of its request."""

    def __init__(self, context: Context, answer: Any) -> None:
        self._context = context
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        parts = self._context.run(iter, self._answer)
        while (part := self._context.run(next, parts, None)) is not None:
            yield part

    def close(self) -> None:
        """Told by the server when the answer is out, or given up."""
        close = getattr(self._answer, "close", None)
        if close is not None:
            self._context.run(close)
