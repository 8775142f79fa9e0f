"""What does the process of one node do in a crash test? What it is told, one order after the other, until it is killed.

    ("send", attachment)   → the identifier, once the notice is durable: from here on it must arrive
    ("attempt",)           the first attempt of what was sent, together where it can be
    ("work",)              → how many attempts the worker made; it also tells whoever has to be told
    ("acknowledge",)       → the identifiers of what acknowledges each notice in the inbox that was not yet
    ("inspect",)           → `Facts`
    ("route", feed, out)   → the summary of `liaison route FEED --send --out OUT`, once all of it was sent
    ("reported",)          → the rows of every report in the inbox
    ("steps",)             → the names of the steps so far
    ("failure",)           → what failed of the disk, empty if nothing did

Invariants: an order that is refused is answered with the code, one that fails otherwise with its traceback; a process
that was killed does not answer at all.
"""

from __future__ import annotations

import contextlib
import io
import json
import signal
import traceback
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from liaison.cli.route.feeds import route_all
from liaison.errors import LiaisonError
from liaison.messages.message import open_message
from liaison.node.models import IncomingCopy, OutgoingMessage
from liaison.node.node import Node
from liaison.node.peering import SignedLink
from liaison.node.reads.routing import routing_of
from liaison.node.services.escalation.telling import escalate_due
from liaison.node.services.line.acknowledging import acknowledge, find_original
from liaison.node.services.line.attachments import open_attachment, seal_attachment
from liaison.node.services.line.calls.delivering import deliver_next
from liaison.node.services.line.sending import Letter, send_letter
from liaison.node.unit_of_work import reading
from liaison.node.work.outbox import Lease
from liaison.node.work.worker import work_through
from liaison.peer.door import Door
from liaison.peer.quotas import Quotas
from liaison.routing.feeds.shape import Wanted
from tests.crash.facts import Facts, inspect
from tests.crash.homes import REGISTER, desk, open_home
from tests.crash.line import SocketCarrier, open_door
from tests.crash.steps import STEPS, watch_files
from tests.world import NOTICE, HandClock


class Actor:
    """One node, taking orders."""

    def __init__(self, home: Path, stage: str, seconds: float) -> None:
        self.clock = HandClock()
        self.clock.advance(seconds=seconds)
        self.code = home.name.upper()
        self.node: Node = open_home(home, clock=self.clock, link=SignedLink(SocketCarrier(stage), self.clock))
        self.leases: list[Lease] = []
        open_door(Door(self.node, Quotas()), stage, home.name)

    def advance(self, seconds: float) -> None:
        self.clock.at += timedelta(seconds=seconds)
        self.clock.passed += seconds

    def send(self, attachment: bytes) -> str:
        other = "XD" if self.code == "XC" else "XC"
        files = ()
        if attachment:
            files = (seal_attachment(self.node, name="rows.csv", media_type="text/csv", chunks=[attachment]),)
        letter = Letter(
            register=REGISTER,
            sender=desk(self.code),
            to=(desk(other),),
            form="incident-notice",
            stage="notification",
            urgency="urgent",
            fields=NOTICE,
            attachments=files,
        )
        (sent,) = send_letter(self.node, letter, leased=True)
        self.leases += sent.leases
        return sent.message_id

    def attempt(self) -> None:
        left, self.leases = deque(self.leases), []
        while left:
            deliver_next(self.node, left)

    def work(self) -> int:
        done = work_through(self.node)
        escalate_due(self.node)
        return done

    def acknowledge(self) -> list[str]:
        with reading(self.node):
            seen = set(OutgoingMessage.objects.filter(form="acknowledgement").values_list("case", flat=True))
            notices = IncomingCopy.objects.filter(form="incident-notice", verdict="accepted").exclude(case__in=seen)
            waiting = list(notices.values_list("message_id", flat=True))
        sent = []
        for message_id in waiting:
            original = find_original(self.node, message_id)
            sent += [message.message_id for message in acknowledge(self.node, original)]
        return sent

    def route(self, feed: str, out: str) -> dict[str, Any]:
        said = io.StringIO()
        routing = routing_of(self.node, rehearsal=True)
        with contextlib.redirect_stdout(said):
            route_all(
                self.node, routing, [feed], Wanted(), as_json=True, out=Path(out), send=True, window=24,
                sender="", feed_name="", reference="", feed_date=None, incident_type=None, tlp="amber",
            )  # fmt: skip
        summary: dict[str, Any] = json.loads(said.getvalue())
        return summary

    def reported(self) -> list[str]:
        with reading(self.node):
            copies = IncomingCopy.objects.filter(form="resource-report", verdict="accepted").order_by("pk")
            plaintexts = [bytes(row.plaintext) for row in copies]
        attachments = [each for plaintext in plaintexts for each in open_message(plaintext).core.attachments]
        opened = [b"".join(open_attachment(self.node, each)).decode() for each in attachments]
        lines = [line for text in opened for line in text.splitlines()]
        return [line.split(",liaison", 1)[0] for line in lines if line[:1].isdigit()]

    def inspect(self) -> Facts:
        return inspect(self.node)

    def failure(self) -> str:
        return self.node.storage.failure()

    def steps(self) -> list[str]:
        return list(STEPS.taken)


def play(orders: Connection, home: str, stage: str, seconds: float, deadly: int | None) -> None:
    """Be the node in `home` until told no more."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    actor = Actor(Path(home), stage, seconds)
    STEPS.deadly = deadly
    watch_files(home)
    orders.send(("ready", None))
    while True:
        try:
            name, *arguments = orders.recv()
        except (EOFError, OSError):
            return
        orders.send(_obey(getattr(actor, name), arguments))


def _obey(order: Callable[..., Any], arguments: list[Any]) -> tuple[str, Any]:
    try:
        return "done", order(*arguments)
    except LiaisonError as error:
        return "refused", error.code
    except Exception:  # noqa: BLE001 - whatever it was, the test shows it.
        return "failed", traceback.format_exc()
