"""A world in which XD is behind NAT and XE keeps its letters; XC writes to it.

with behind_nat(tmp_path) as world:
    world.send("XC", "XD")             left at XE
    collect_all(world.nodes["XD"])     XD asks XE
"""

from __future__ import annotations

from pathlib import Path

from liaison.messages.parties import NodeRef
from liaison.node import models
from liaison.node.config import Address, Config, LetterBox
from liaison.node.services.letterbox.collecting import collect_all
from liaison.node.unit_of_work import unit_of_work
from liaison.register.records import Address as WayTo
from liaison.register.records import Way
from tests.mirrored import START
from tests.register.registry import small_register
from tests.world import World

KEEPER = "XE"


def door(code: str) -> WayTo:
    """The way through a peer door."""
    return WayTo(way=Way.PEER, at=f"https://{code.lower()}.example:8443", by=None)


def behind_nat(
    folder: Path,
    *codes: str,
    door_too: bool = False,
    own_box: bool = True,
    keeps: LetterBox | None = None,
    more: tuple[WayTo, ...] = (),
) -> World:
    """XC, XD and XE, where XE keeps the letters of `codes` (XD by default), which have a door only if `door_too`, and
    `more` ways after that."""
    boxed = codes or ("XD",)
    registry = small_register()
    for code in boxed:
        registry.publish_node(code, "duty", ways=(*([door(code)] if door_too else []), registry.box(KEEPER), *more))
    kept = tuple(sorted(registry.ids[code] for code in boxed))
    terms = keeps or LetterBox()
    keeping = LetterBox(kept, terms.days, terms.letters, terms.mebibytes)
    configs = {KEEPER: Config(address=Address("https://xe.example:8443"), letter_box=keeping)}
    configs |= {} if door_too else dict.fromkeys(boxed, Config())
    world = World(folder, registry=registry, configs=configs)
    for code in boxed if own_box else ():
        name_keeper(world, code)
    return world


def name_keeper(world: World, code: str, keeper: str = KEEPER) -> None:
    """Note at a node that `keeper` keeps its letters, as `use_letter_box` does."""
    node, by = world.nodes[code], at(world, keeper)
    with unit_of_work(node):
        models.OwnLetterBox.objects.create(
            register=world.register,
            participant=world.registry.ids[code],
            node="main",
            by_participant=by.participant,
            by_node=by.node,
            since=START,
        )


def at(world: World, code: str) -> NodeRef:
    """The node of a State."""
    return NodeRef(world.registry.ids[code], "main")


def settle_down(world: World, *, rounds: int = 4) -> None:
    """Let everybody fetch and work, a minute apart, until nothing new can happen."""
    for _ in range(rounds):
        for node in world.nodes.values():
            collect_all(node)
        world.work()
        world.advance(minutes=1, seconds=1)


def inbox(world: World, code: str) -> list[str]:
    """The messages a node accepted, as often as they stand there."""
    with world.at(code):
        return sorted(models.IncomingCopy.objects.filter(verdict="accepted").values_list("message_id", flat=True))


def states(world: World, code: str) -> list[str]:
    """How the copies of a node stand."""
    with world.at(code):
        return sorted(models.OutgoingCopy.objects.values_list("state", flat=True))


def obtained(world: World, code: str) -> list[str]:
    """How the receipts of a node came to it."""
    with world.at(code):
        return list(models.TakenReceipt.objects.order_by("pk").values_list("way", flat=True))


def kept(world: World) -> list[tuple[str, str]]:
    """Kind and state of all that the keeping node remembers."""
    with world.at(KEEPER):
        return list(models.KeptLetter.objects.order_by("pk").values_list("kind", "state"))


def waiting(world: World, code: str) -> list[str]:
    """What still has to be done at a node, and what went wrong with it last."""
    with world.at(code):
        rows = models.Delivery.objects.order_by("pk").values_list("kind", "last_error")
        return [f"{kind} {error}".strip() for kind, error in rows]
