"""Can an operator let programs in, have them told what happens, and see what came of it, from the terminal?"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from liaison.messages.parties import DeskRef
from liaison.node import homes
from liaison.node.config import Webhooks, read_config
from liaison.node.models import ApiToken, Webhook
from liaison.node.services.people.officers import Seat, add_officer, find_officer, grant
from liaison.node.services.programs.tokens import open_token
from liaison.node.services.programs.webhooks import GIVEN_UP, deliver_webhooks
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.officers.permissions import Role
from tests.api.test_webhooks import listening
from tests.cli.homes import Terminal
from tests.cli.test_directory import Desk
from tests.mirrored import seed_node
from tests.register.registry import RegisterBuilder, small_register


@pytest.fixture
def registry() -> RegisterBuilder:
    return small_register("XC", "XD")


@pytest.fixture
def desk(tmp_path: Path, terminal: Terminal, registry: RegisterBuilder) -> Desk:
    made = Desk(tmp_path, terminal)
    seed_node(made.node, registry, "XC")
    webhooks = Webhooks(allowed_private_hosts=("127.0.0.1",))
    homes.replace_config(made.node.home, msgspec.structs.replace(read_config(made.node.home), webhooks=webhooks))
    return made


def test_a_token_is_printed_once_listed_by_its_end_kept_as_a_hash_and_ended(
    desk: Desk, registry: RegisterBuilder
) -> None:
    place = seat(registry)
    officer = add_officer(desk.node, login="duty1", name="A Person")
    grant(desk.node, officer, place.register, place.desk, Role.OFFICER)
    wanted = ("--officer", "duty1", "--scope", "look-up", "--scope", "send", "--days", "3")
    made = desk.value("token", "add", "ticket system", *wanted)
    assert re.fullmatch(r"liaison_pat_[0-9A-Za-z]{39}", made["token"])
    assert open_token(desk.node, made["token"]).officer == find_officer(desk.node, "duty1").pk
    with reading(desk.node):
        assert made["token"] not in str(list(ApiToken.objects.values_list()))
    (listed,) = desk.value("token", "list")
    assert (listed["name"], listed["scopes"], listed["live"]) == ("ticket system", ["look-up", "send"], True)
    assert desk.terminal.run(desk.home, "token", "list") == 0
    assert made["token"] not in desk.terminal.out and f"…{made['token'][-4:]}" in desk.terminal.out
    assert desk.value("token", "end", str(made["number"])) == {"number": made["number"]}
    assert desk.value("token", "list")[0]["live"] is False
    for code, *words in (
        ("token-not-found", "end", "99"),
        ("token-days", "add", "x", "--officer", "duty1", "--scope", "look-up", "--days", "367"),
        ("officer-not-found", "add", "x", "--officer", "nobody", "--scope", "look-up"),
    ):
        assert desk.terminal.refusal(desk.home, "token", *words) == code


def test_a_webhook_is_added_tested_seen_in_its_log_and_removed(desk: Desk) -> None:
    with listening() as program:
        made = desk.value("webhook", "add", program.url)
        assert made["secret"].startswith("whsec_")
        number = str(made["number"])
        assert desk.value("webhook", "test", number)["taken"] is True
        (heard,) = program.heard
        assert heard["type"] == "webhook-test" and heard["data"] == {
            "number": 0,
            "case": "",
            "message": "",
            "exercise": False,
        }
        program.status = 500
        assert desk.terminal.run(desk.home, "webhook", "test", number) == 1 and "500" in desk.terminal.out
        assert [each["status"] for each in desk.value("webhook", "log", number)] == [500, 204]
        assert desk.terminal.run(desk.home, "webhook", "list") == 0
        assert (
            "works" in desk.terminal.out
            and program.url in desk.terminal.out
            and made["secret"] not in desk.terminal.out
        )
        desk.value("webhook", "remove", number)
    assert desk.value("webhook", "list") == []
    for command in ("test", "log", "remove", "again"):
        assert desk.terminal.refusal(desk.home, "webhook", command, number) == "webhook-not-found"


def test_a_webhook_that_was_given_up_says_so_and_goes_on_when_told(desk: Desk) -> None:
    with listening() as program:
        number = str(desk.value("webhook", "add", program.url)["number"])
        with unit_of_work(desk.node):
            Webhook.objects.update(stopped_at=desk.node.clock.now() - GIVEN_UP, attempts=9)
        (listed,) = desk.value("webhook", "list")
        assert listed["stopped"] is not None
        assert desk.terminal.run(desk.home, "webhook", "list") == 0 and "stopped" in desk.terminal.out
        assert desk.value("webhook", "again", number) == {"number": int(number)}
        assert desk.value("webhook", "list")[0]["stopped"] is None
        assert deliver_webhooks(desk.node) == 0 and program.heard == []


def test_an_address_that_may_not_be_called_is_refused(desk: Desk) -> None:
    for url in ("http://tickets.example/hook", "https://10.0.0.7/hook", "https://[::1]/", "file:///etc/passwd"):
        assert desk.terminal.refusal(desk.home, "webhook", "add", url) == "webhook-address-refused", url
    assert desk.value("webhook", "list") == []


def seat(registry: RegisterBuilder) -> Seat:
    return Seat(registry.entries[0].leaf, DeskRef(registry.ids["XC"], "main", "duty"), frozenset())
