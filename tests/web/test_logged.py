"""Does the log say who was refused what and why, and never what was typed or an address that lets somebody in?"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from liaison.cli.node.serve import _JsonLines
from liaison.errors import VerificationError
from liaison.officers.permissions import Role
from tests.web import test_security
from tests.web.visiting import Visitor, visit
from tests.world import World


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(Path(tmp_path_factory.mktemp("logged")), codes=("XC", "XD")) as made:
        yield made


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """What stands in the log, as `node serve` writes it."""
    return [json.loads(_JsonLines().format(record)) for record in caplog.records]


def test_an_attempt_to_sign_in_that_was_refused_is_logged_without_the_login(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    visitor = Visitor(world.nodes["XC"])
    visitor.post("/sign-in/passkey", {"credential": "{}", "state": "guessed"})
    visitor.post("/join/a-guessed-invitation")
    told = [(each["why"], each["address"]) for each in lines(caplog) if each["room"] == "liaison.sign-in"]
    assert told == [("sign-in-refused", "127.0.0.1"), ("invitation-not-valid", "127.0.0.1")]
    assert "guessed" not in json.dumps(lines(caplog))


def test_what_an_officer_may_not_have_is_logged_with_who_asked(world: World, caplog: pytest.LogCaptureFixture) -> None:
    auditor = visit(world, "XC", Role.AUDITOR)
    caplog.clear()
    auditor.see("write/", status=403)
    auditor.get(f"/d/{world.desk('XD').participant[:12]}.duty/")
    auditor.generic("TRACE", "/account")
    auditor.handler.enforce_csrf_checks = True
    auditor.post("/account/person", {"language": "en", "zone": "UTC"})
    told = [(each["why"], each["page"], each["officer"]) for each in lines(caplog) if each["room"] == "liaison.pages"]
    assert told == [
        ("not-permitted", "write", auditor.officer),
        ("desk-not-theirs", "desk", auditor.officer),
        ("method", "", 0),
        ("form-expired", "account-person", auditor.officer),
    ]


def test_a_defect_is_logged_by_its_page_and_stack_and_what_was_mistyped_is_not(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    officer = visit(world, "XC", Role.OFFICER)
    officer.raise_request_exception = False
    caplog.clear()
    officer.get("/join/a-secret-token")
    officer.get("/no-such-page/a-secret-token")
    officer.post("/join/a-secret-token")
    with override_settings(ROOT_URLCONF=test_security.__name__):
        officer.get("/boom")
    text = json.dumps(lines(caplog))
    (defect,) = [each for each in lines(caplog) if each["room"] == "django.request"]
    assert defect["said"] == "a page failed: "
    assert "RuntimeError" in defect["trace"]
    assert "boom" in defect["trace"], "the stack says where"
    assert "a-secret-token" not in text
    assert test_security.SECRET not in text


def test_a_stack_in_the_log_names_each_cause_and_says_nothing_of_what_was_read() -> None:
    secret = " ".join(("typed", "by", "somebody"))
    try:
        try:
            int(secret)
        except ValueError as error:
            raise VerificationError("bad-signature", text=secret) from error
    except VerificationError as error:
        raised = (type(error), error, error.__traceback__)
    record = logging.getLogger("x").makeRecord("x", logging.ERROR, __file__, 1, "failed", (), raised)
    told = json.loads(_JsonLines().format(record))["trace"]
    assert "VerificationError: bad-signature" in told
    assert told.endswith("ValueError")
    assert secret not in told
