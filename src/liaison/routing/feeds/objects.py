"""Which resources do JSON lines hold? One object a line; the resource is a text under one name.

    {"time":"2026-08-22T03:00:00Z","source":{"ip":"192.0.2.7","port":443}}        field `source.ip`

A name with dots is looked up as it stands first, then as a path into nested objects, as the first readable line has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from liaison.routing.columns import buffer
from liaison.routing.feeds.batches import JSON, MISSING, ROW_LIMIT, TOO_LONG, Batch, Block
from liaison.routing.feeds.shape import Shape
from liaison.routing.ranges import Index
from liaison.wire.typed import Decoder, decoder

_BLANK_OR_COMMENT = re.compile(rb"\s*(?:#.*)?")


def read_objects(block: Block, shape: Shape) -> tuple[Batch, int]:
    """The rows of a block and how many bytes were read: all."""
    texts = block.raw.split(b"\n")[:-1]
    numbers = [number for number, text in enumerate(texts) if text[:1] == b"{" or not _BLANK_OR_COMMENT.fullmatch(text)]
    rows = texts if len(numbers) == len(texts) else [texts[number] for number in numbers]
    rows = [row.strip() for row in rows]
    found, refused = _fields(rows, shape.names[0])
    starts, ends = _bounds(found)
    lines = np.array(numbers, dtype=np.int64)
    line_starts, line_ends = _bounds(texts, 1)
    places = line_starts[lines], line_ends[lines]
    data, refusals = buffer(b"".join(found)), np.array(refused, dtype=np.uint8)
    skipped = len(texts) - len(rows)
    batch = Batch(rows, block.raw, places, lines + block.first_line, data, starts, ends, refusals, skipped)
    return batch, len(block.raw)


def _bounds(texts: list[bytes], gap: int = 0) -> tuple[Index, Index]:
    """Where each text begins and ends when all stand one after another with `gap` bytes between."""
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    ends = np.cumsum(lengths + gap) - gap
    return ends - lengths, ends


def _fields(rows: list[bytes], name: str) -> tuple[list[bytes], list[int]]:
    """The text under the name in each row, and the refusal where there is none."""
    decoders = [(_decoder([name]), _getter(1))]
    if "." in name:
        path = name.split(".")
        decoders.append((_decoder(path), _getter(len(path))))
    found, refused = [], []
    for row in rows:
        text, refusal = _field(row, decoders)
        found.append(text)
        refused.append(refusal)
    return found, refused


def _field(row: bytes, decoders: list[tuple[Decoder[Any], Callable[[object], str | None]]]) -> tuple[bytes, int]:
    if len(row) > ROW_LIMIT:
        return b"", TOO_LONG
    if not row.startswith(b"{"):
        return b"", JSON
    try:
        for decoder, getter in decoders:
            text = getter(decoder.decode(row))
            if text is not None:
                return text.encode("utf-8", "replace"), 0
    except msgspec.ValidationError:
        return b"", MISSING
    except (msgspec.DecodeError, UnicodeDecodeError):
        return b"", JSON
    return b"", MISSING


def _decoder(path: list[str]) -> Decoder[Any]:
    """A decoder of nothing but the one text at the end of the path."""
    inner: Any = str | None
    for step in reversed(path):
        inner = msgspec.defstruct("Row", [("inner", inner | None, None)], rename={"inner": step})
    return decoder(inner)


def _getter(depth: int) -> Callable[[object], str | None]:
    def get(value: object) -> str | None:
        for _ in range(depth):
            value = getattr(value, "inner", None)
        return value if isinstance(value, str) else None

    return get
