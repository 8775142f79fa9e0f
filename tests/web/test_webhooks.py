"""Can an administrator have a program told what happens, see whether it was, and end it?"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from liaison.adapters.transports.webhooks import HttpWebhooks
from liaison.node.services.programs.webhooks import deliver_webhooks
from liaison.officers.permissions import Role
from tests.api.test_webhooks import listening
from tests.web.visiting import visit
from tests.world import World

PAGE = "administration/webhooks"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, codes=("XC", "XD")) as made:
        allowed = HttpWebhooks(allowed_private_hosts=("127.0.0.1",))
        made.nodes["XC"] = dataclasses.replace(made.nodes["XC"], webhooks=allowed)
        yield made


def test_a_webhook_is_added_its_secret_shown_once_its_log_seen_and_it_is_removed(world: World) -> None:
    visitor = visit(world, "XC", Role.ADMINISTRATOR)
    with listening() as program:
        page = visitor.send(f"{PAGE}/add", status=200, url=program.url).content.decode()
        (secret,) = re.findall(r"whsec_[A-Za-z0-9+/=]+", page)
        visitor.send(f"{PAGE}/1/test")
        assert "webhook-test" in visitor.see(PAGE) and program.heard[0]["type"] == "webhook-test"
        world.send("XD", "XC")
        program.status = 500
        deliver_webhooks(world.nodes["XC"])
        refused = visitor.see(PAGE)
        assert "Not taken" in refused and "1 event waits." in refused and secret not in refused
        program.status = 200
        visitor.send(f"{PAGE}/1/again")
        deliver_webhooks(world.nodes["XC"])
        assert "Works" in visitor.see(PAGE) and "Scanning" not in visitor.see(PAGE)
    visitor.send(f"{PAGE}/1/remove")
    assert "No program is told" in visitor.see(PAGE)


def test_an_address_that_is_not_reached_from_here_is_refused_and_kept_in_the_form(world: World) -> None:
    page = visit(world, "XC").send(f"{PAGE}/add", status=400, url="https://10.0.0.7/hook").content.decode()
    assert 'role="alert"' in page and 'value="https://10.0.0.7/hook"' in page
