"""Which paths does the peer door have? One table: method, path, function, who may ask, how large a body.

Invariants: `signed` routes want the HTTP key of a node the registers know; `dated` ones also want it signed within
five minutes, because they read what is not public (docs/spec/peer-door.md); `always` ones answer after the disk failed;
`several` ones say with `count` how many messages are in the body.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from liaison.messages.dealings import LARGEST_QUESTION
from liaison.node.node import Node
from liaison.peer import attachments, dealings, health, messages, receipts
from liaison.peer.letter_box import fetching, leaving
from liaison.peer.log_door import LOG_ROUTES
from liaison.peer.requests import DoorRequest
from liaison.wire.http import HttpAnswer

DoorFunction = Callable[[Node, DoorRequest], HttpAnswer]

PARTICIPANT = r"(?P<participant>[0-9a-f]{64}|register)"
DESK = r"(?P<desk>[a-z0-9-]{1,32})"
DIGEST = r"(?P<digest>[0-9a-f]{64})"
NUMBER = r"(?P<number>[1-9][0-9]{0,14})"
BOX = rf"/letter-boxes/{PARTICIPANT}/(?P<node>[a-z0-9-]{{1,32}})"
REGISTER = r"/registers/(?P<register>[0-9a-f]{64})"

SEALED_MESSAGE_LIMIT = 512 * 1024
RECEIPT_LIMIT = 64 * 1024
CHECK_LIMIT = 8 * 1024
PARCEL_LIMIT = (1 << 20) + (1 << 13)  # A mebibyte of messages, and their heads.


@dataclass(frozen=True, slots=True)
class Route:
    """One row of the table."""

    method: str
    pattern: re.Pattern[str]
    function: DoorFunction
    signed: bool
    limit: int = 0
    dated: bool = False
    optional: bool = False
    always: bool = False
    several: bool = False


ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        re.compile(rf"/desks/{PARTICIPANT}/{DESK}/messages"),
        messages.take_message,
        signed=True,
        limit=SEALED_MESSAGE_LIMIT,
    ),
    # As long as the path of a message, so that nobody on the way tells one from the other.
    Route(
        "POST",
        re.compile(rf"/desks/{PARTICIPANT}/{DESK}/checking"),
        health.check,
        signed=True,
        limit=CHECK_LIMIT,
    ),
    Route("POST", re.compile("/messages"), messages.take_messages, signed=True, limit=PARCEL_LIMIT, several=True),
    Route("POST", re.compile("/receipts"), receipts.take_receipt, signed=True, limit=RECEIPT_LIMIT),
    Route("GET", re.compile(rf"/attachments/{DIGEST}"), attachments.serve_attachment, signed=True, dated=True),
    *(
        Route(method, re.compile(pattern), function, signed=True, limit=limit, dated=True)
        for method, pattern, function, limit in (
            ("POST", "/dealings", dealings.tell_dealings, LARGEST_QUESTION),
            ("POST", "/dealings/again", dealings.repeat_messages, LARGEST_QUESTION),
            ("GET", rf"/dealings/copies/{DIGEST}", dealings.return_copy, 0),
        )
    ),
    *(
        Route(method, re.compile(pattern), function, signed=True, limit=limit, dated=dated)
        for method, pattern, function, limit, dated in (
            ("POST", rf"{BOX}/messages", leaving.take_message, SEALED_MESSAGE_LIMIT, False),
            ("POST", rf"{BOX}/receipts", leaving.take_receipt, RECEIPT_LIMIT, False),
            ("POST", rf"{BOX}/attachments/{DIGEST}", leaving.take_piece, leaving.LARGEST_PIECE, False),
            ("GET", rf"{BOX}/{DIGEST}", leaving.tell_state, 0, True),
            ("GET", "/letters", fetching.list_letters, 0, True),
            ("GET", rf"/letters/{NUMBER}", fetching.give_letter, 0, True),
            ("GET", rf"/letters/attachments/{DIGEST}", fetching.give_file, 0, True),
            ("DELETE", rf"/letters/{NUMBER}", fetching.end, 0, True),
        )
    ),
    Route("GET", re.compile("/healthz"), health.alive, signed=False, always=True),
    Route("GET", re.compile("/readyz"), health.ready, signed=False, always=True),
    Route("GET", re.compile("/metrics"), health.metrics, signed=False, always=True),
    *(
        Route(
            row.method,
            re.compile(row.pattern),
            row.function,
            signed=False,
            limit=row.limit,
            dated=row.dated,
            optional=row.optional,
        )
        for row in LOG_ROUTES
    ),
)
