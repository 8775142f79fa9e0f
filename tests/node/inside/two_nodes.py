"""A world in which XD has two nodes: `main` with the desk `duty`, and `second` (XD2 here) with the desk `ministry`.

with TwoNodes(tmp_path) as world:
    world.desk("XD2")                         XD's ministry, on a node of its own
    share(world, case, "information")         XD's duty desk lets it have a case
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from liaison.messages.inside import Offer
from liaison.messages.parties import DeskRef
from liaison.node import models
from liaison.node.models import InternalCase
from liaison.node.services.inside.between.sharing import share_between
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Role
from liaison.register.vocabulary import DeskKind, NodeRef
from tests.mirrored import START, hold_keys, mirror
from tests.node.inside.desks import seat
from tests.register.registry import RegisterBuilder, small_register
from tests.world import World


def two_node_register(*, host: str = "", **settings: Any) -> RegisterBuilder:
    """XC and XD, and a second node of XD, which the node of `host` keeps for it where that is named."""
    registry = small_register("XC", "XD", "XE", **settings)
    kept = {"host": NodeRef(participant=registry.ids[host], node="main")} if host else {}
    second = registry.node_keys("XD", "second", tuple(DeskKind), **kept)
    registry.set_keys("XD", registry.keys["XD", "main"], second, extra=[f"{host}/main/entry"] if host else [])
    registry.publish_desk("XD", "ministry", DeskKind.DIPLOMATIC, node="second")
    registry.publish_node("XD", "ministry", node="second", at="https://xd2.example:8443")
    return registry


class TwoNodes(World):
    """XC, XD and XD2."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        super().__init__(folder, codes=("XC", "XD"), registry=two_node_register(**settings))
        self.make_node("XD2")
        with unit_of_work(self.nodes["XD2"]):
            mirror(self.registry)
            models.Epoch.objects.get_or_create(value="00" * 16, defaults={"begun_at": START, "reason": "init"})
            hold_keys(self.nodes["XD2"], self.registry, "XD", "ministry", at="second")

    def desk(self, code: str, desk: str = "duty") -> DeskRef:
        if code != "XD2":
            return super().desk(code, desk)
        return DeskRef(self.registry.ids["XD"], "second", "ministry" if desk == "duty" else desk)


def an_offer(world: World, silence: str = "stays", *, minutes: int = 60) -> Offer:
    """To be taken over within that time from now."""
    return Offer(world.clock.now() + timedelta(minutes=minutes), silence)


def share(world: TwoNodes, case: str, purpose: str) -> str:
    """XD's duty desk lets the ministry on the other node have a case, and it arrives; the internal case."""
    place, by = seat(world, "XD", Role.OFFICER)
    offer = an_offer(world) if purpose == "handed-over" else None
    share_between(world.nodes["XD"], place, case, world.desk("XD2"), purpose, by=by, offer=offer)
    world.work()
    with world.at("XD"):
        return str(InternalCase.objects.get(about=case).internal)
