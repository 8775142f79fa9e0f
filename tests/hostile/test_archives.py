"""Is an archive that holds archives ever unfolded, by whichever door it comes?"""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from liaison.errors import LiaisonError, MalformedError
from liaison.exchange.contacts.files import decode_contacts
from liaison.exchange.documents import decode_document, recognise
from liaison.messages.tarball import read_tarball
from liaison.node.reads.inbox import show_message
from liaison.node.services.line.attachments import open_attachment, seal_attachment
from liaison.wire.packing import pack, unpack
from tests.world import World

LAYERS, WIDE = 4, 8
MOST_GROWN = 16 << 20


def zipped(layers: int) -> bytes:
    """An archive of archives of archives, with 32 MiB of zeros in each of the innermost: more than 1 : 100,000."""
    inner, name = bytes(1 << 20), "zeros"
    for layer in range(layers):
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for number in range(WIDE if layer else 32):
                archive.writestr(f"{number}/{name}", inner)
        inner, name = held.getvalue(), f"layer-{layer}.zip"
    return inner


def gzipped(layers: int) -> bytes:
    data = bytes(20 << 20)
    for _ in range(layers):
        data = gzip.compress(data, 9)
    return data


BOMBS: dict[str, Callable[[], bytes]] = {"zip": lambda: zipped(LAYERS), "gzip": lambda: gzipped(3)}


@pytest.fixture(scope="module", params=BOMBS)
def bomb(request: pytest.FixtureRequest) -> bytes:
    made = BOMBS[request.param]()
    assert len(made) < 100_000
    return made


@contextmanager
def without_growing() -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < MOST_GROWN
    finally:
        tracemalloc.stop()


def test_as_an_attachment_it_travels_as_the_bytes_it_is(tmp_path: Path, bomb: bytes) -> None:
    with World(tmp_path, codes=("XC", "XD")) as world:
        file = seal_attachment(world.nodes["XC"], name="a.zip", media_type="application/zip", chunks=[bomb])
        (sent,) = world.send("XC", "XD", attachments=(file,))
        node = world.nodes["XD"]
        with without_growing():
            world.work()
            (arrived,) = show_message(node, sent.message_id).core.attachments
            assert b"".join(open_attachment(node, arrived)) == bomb
        stored = [path.stat().st_size for path in (node.home / "blobs").rglob("*") if path.is_file()]
        assert stored == [file.sealed_size]


def test_as_a_document_or_a_list_of_contacts_it_is_none(bomb: bytes) -> None:
    with without_growing():
        assert recognise(bomb[:4096]) is None
        for decode in (decode_document, decode_contacts):
            with pytest.raises(LiaisonError):
                decode(bomb)


def test_as_a_carried_file_it_is_none(bomb: bytes) -> None:
    with without_growing(), pytest.raises(MalformedError):
        for _, body in read_tarball(io.BytesIO(bomb).read, attachment_limit=1 << 20):
            list(body)


def test_as_a_packed_answer_one_layer_is_opened_under_its_limit() -> None:
    with without_growing():
        twice = pack(pack(bytes(1 << 20)))
        assert unpack(twice, limit=4096) == pack(bytes(1 << 20))
        with pytest.raises(MalformedError, match="packed-too-large"):
            unpack(unpack(twice, limit=4096), limit=4096)
