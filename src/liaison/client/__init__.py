"""How does a program of an authority ask its own node? A small typed client of the API (docs/using/api.md).

    from liaison.client import Client

    node = Client("https://liaison.xc.example", token)
    node.look_up("192.0.2.7").desk
    node.send(to=["XD"], form="incident-notice", fields={…}, key="ticket-4711")
    for event in node.follow(after=17): …

Invariants: needs neither Django nor a node; no redirect is followed and TLS is checked; what the node refuses is raised
as `RefusedError` with its sentences; what sends takes a key from its caller, so that a retry never sends twice.
"""

from __future__ import annotations

from liaison.client.asking import NodeAnswerError, NodeUnreachableError, RefusedError
from liaison.client.client import Client
from liaison.client.hooks import WebhookError, read_webhook

__all__ = ["Client", "NodeAnswerError", "NodeUnreachableError", "RefusedError", "WebhookError", "read_webhook"]
