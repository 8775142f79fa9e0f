"""Do attachments travel through a letter box, whole, gone on from where they were cut off, and once?"""

from __future__ import annotations

from pathlib import Path

import pytest

from liaison.errors import UnreachableError
from liaison.messages.receipts import decode_receipt
from liaison.node import models
from liaison.node.services.letterbox.collecting import collect_all
from liaison.node.services.line.acknowledging import acknowledge, find_original
from liaison.node.services.line.attachments import seal_attachment
from liaison.node.unit_of_work import unit_of_work
from liaison.wire.http import HttpAnswer, HttpRequest
from tests.letterbox.boxes import KEEPER, behind_nat, inbox, kept, settle_down, waiting
from tests.node.inside.test_retention import keep as rule
from tests.node.inside.test_retention import run
from tests.world import World

pytestmark = pytest.mark.engine

LOG = bytes(range(256)) * 1200


def send_file(world: World, data: bytes = LOG) -> None:
    file = seal_attachment(world.nodes["XC"], name="log.csv", media_type="text/csv", chunks=[data])
    world.send("XC", "XD", attachments=(file,))


def held(world: World, code: str) -> list[str]:
    with world.at(code):
        return list(models.AttachmentRow.objects.exclude(incoming=None).values_list("state", flat=True))


def receipted(world: World) -> int:
    """How many attachments the latest receipt at the sender names."""
    with world.at("XC"):
        receipt = models.TakenReceipt.objects.order_by("-n").first()
        return len(decode_receipt(bytes(receipt.receipt)).receipt.attachments)


def test_a_file_of_a_sender_that_nobody_can_call_comes_through_the_letter_box(tmp_path: Path) -> None:
    with behind_nat(tmp_path, "XC", "XD") as world:
        send_file(world)
        world.work("XC")
        assert ("attachment", "kept") in kept(world)
        settle_down(world, rounds=6)
        assert (held(world, "XD"), receipted(world)) == (["held"], 1)
        assert {state for _, state in kept(world)} == {"fetched"}
        assert waiting(world, "XC") == waiting(world, "XD") == []
        digest = next(iter(world.nodes["XD"].blobs.older_than(-60)))
        assert not world.nodes[KEEPER].blobs.has(digest)


def test_a_file_is_left_on_from_where_the_line_was_cut(tmp_path: Path) -> None:
    with behind_nat(tmp_path, "XC", "XD") as world:
        carry, pieces = world.network.ask, []

        def cut_once(host: str, request: HttpRequest) -> HttpAnswer:
            if "/attachments/" in request.path and request.method == "POST":
                pieces.append(request.headers["content-range"])
                if len(pieces) == 2:
                    raise UnreachableError("peer-hung-up", url=host)
            return carry(host, request)

        world.network.ask = cut_once  # type: ignore[method-assign]
        send_file(world)
        settle_down(world, rounds=6)
        starts = [int(piece.removeprefix("bytes ").partition("-")[0]) for piece in pieces]
        assert starts[1] == starts[2] > 0
        assert starts == sorted(starts)
        assert (held(world, "XD"), receipted(world)) == (["held"], 1)


def test_a_file_that_the_sender_still_gives_itself_is_not_waited_for(tmp_path: Path) -> None:
    with behind_nat(tmp_path) as world:
        send_file(world)
        collect_all(world.nodes["XD"])
        world.work("XD")
        assert (held(world, "XD"), len(inbox(world, "XD"))) == (["held"], 1)
        settle_down(world)
        assert (receipted(world), waiting(world, "XC"), waiting(world, "XD")) == (1, [], [])


def test_the_files_of_a_message_that_was_rejected_are_left_no_more(tmp_path: Path) -> None:
    with behind_nat(tmp_path, "XC", "XD") as world:
        send_file(world)
        with unit_of_work(world.nodes["XC"]):  # Its receipt came by another way.
            models.OutgoingCopy.objects.update(state="rejected")
            models.Delivery.objects.exclude(kind="leave").delete()
        world.work("XC")
        assert (kept(world), waiting(world, "XC")) == ([("message", "kept")], [])


def test_a_case_that_the_keeping_node_destroys_takes_no_file_from_a_letter_box(tmp_path: Path) -> None:
    with behind_nat(tmp_path) as world:
        keeper = world.nodes[KEEPER]
        file = seal_attachment(world.nodes["XC"], name="log.csv", media_type="text/csv", chunks=[LOG])
        (sent,) = world.send("XC", to=(world.desk("XD"), world.desk(KEEPER)), attachments=(file,))
        world.work()
        acknowledge(keeper, find_original(keeper, sent.message_id))
        settle_down(world, rounds=6)
        with unit_of_work(keeper):  # XD has taken all but the file.
            models.KeptLetter.objects.filter(kind="attachment").update(state="kept")
        assert (held(world, KEEPER), ("attachment", "kept") in kept(world)) == (["held"], True)
        rule(world, KEEPER, 1, 2, 3)
        assert run(world, KEEPER, 7) == ["close", "archive", "destroy"]
        assert held(world, KEEPER) == []
        assert keeper.blobs.has(file.sealed)
