"""What does a person receive by a real mail server, push service and gateway?"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from liaison.adapters.clock import SystemEntropy
from liaison.adapters.mail.server import MailServer
from liaison.adapters.notify.channels import Channels
from liaison.adapters.notify.gateways import GatewayNotices
from liaison.adapters.notify.mail import MailNotices
from liaison.adapters.notify.push import PushNotices
from liaison.adapters.transports.webhooks import HttpWebhooks
from liaison.errors import UnreachableError, UsageError
from liaison.node.models import Notification
from liaison.node.unit_of_work import reading
from tests.gateway import Gateway, gateway
from tests.mail_servers import submission_server
from tests.node.duty.desk import staffed
from tests.push import PushService, push_service

SECRETS = "https://user:secret-token@"


def gate_file(folder: Path, gate: Gateway, name: str = "gate") -> Path:
    path = folder / name
    path.write_text(gate.url + "\n")
    return path


def push_notices(*hosts: str) -> PushNotices:
    draw = SystemEntropy().draw
    post = HttpWebhooks(allowed_private_hosts=hosts)
    return PushNotices(post, seed=lambda: b"\7" * 32, draw=draw, contact="mailto:desk@xd.example")


def test_a_person_receives_it_by_mail_by_push_and_by_a_gateway_and_all_say_the_same_little(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        staffed(tmp_path) as stage,
        submission_server(tmp_path) as mail,
        push_service(stage.node.home) as browser,
        gateway() as gate,
    ):
        monkeypatch.setenv("SSL_CERT_FILE", str(stage.node.home / "cert.pem"))
        channels = {
            "email": {"mail server": MailNotices(MailServer(mail.access), "desk@xd.example")},
            "push": {"push service": push_notices("localhost")},
            "sms": {"gate": GatewayNotices("sms", gate_file(tmp_path, gate))},
        }
        stage.world.nodes["XD"] = replace(stage.node, notifier=Channels(channels))
        stage.hire("ada", reached=False)
        for channel, typed in (
            ("email", "ada@xd.example"),
            ("push", browser.subscription),
            ("sms", "+41 (79) 123-45-67"),
        ):
            stage.reach("ada", channel, stage.node.notifier.check(channel, typed))
        message = stage.receive("emergency")
        stage.run()
        code = stage.escalation().code
        said = f"One emergency message waits for your desk. Sign in at https://xd.example:9443, code {code}."
        ((_, to, data),) = mail.taken
        letter = message_from_bytes(data, policy=default)
        ((number, title, text),) = gate.received
        (shown,) = browser.shown
        assert (to, number) == (["ada@xd.example"], "+41791234567")
        for words in (letter.get_content(), text, shown["body"]):
            assert words.splitlines()[:2] == ["EXERCISE EXERCISE EXERCISE: this is no real event.", said]
            assert "https://xd.example:9443/have/" in words
        whole = data.decode() + json.dumps(gate.received) + json.dumps(browser.shown) + json.dumps(browser.headers)
        for secret in ("Scanning", "port 22", message, stage.escalation().case, "incident"):
            assert secret not in whole
        assert letter["Subject"] == title == shown["title"] == f"EXERCISE: message waiting, code {code}"
        assert browser.headers[0]["Urgency"] == "high"
        with reading(stage.node):
            assert set(Notification.objects.values_list("state", flat=True)) == {"sent"}


def test_a_push_address_on_a_private_network_is_refused_and_a_subscription_that_is_gone_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with push_service(tmp_path) as browser:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        with pytest.raises(UsageError, match="method-address"):
            push_notices().check(browser.subscription)
        for wrong in ("", "{}", '{"endpoint": "http://localhost/", "keys": {}}', "x" * 5000):
            with pytest.raises(UsageError, match="method-address"):
                push_notices("localhost").check(wrong)
        kept = push_notices("localhost").check(browser.subscription)
        for status, permanent in ((410, True), (404, True), (503, False), (429, False)):
            assert refused_by(browser, kept, status) is permanent
        assert browser.shown == []


def refused_by(browser: PushService, kept: str, status: int) -> bool:
    browser.status = status
    with pytest.raises(UnreachableError) as refused:
        push_notices("localhost").tell(kept, notice())
    assert refused.value.params == {}
    return refused.value.permanent


def notice() -> object:
    from liaison.duty.notices import Notice

    return Notice(name="n", subject="s", text="t", at=datetime(2026, 11, 26, tzinfo=UTC))


def test_a_gateway_that_is_down_or_not_set_up_says_so_without_url_or_address(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with gateway() as gate:
        down = gate_file(tmp_path, gate)
        gate.status = 503
        with pytest.raises(UnreachableError, match="notice-not-taken"):
            GatewayNotices("sms", down).tell("+41791234567", notice())  # type: ignore[arg-type]
    for text, code in (("json://127.0.0.1:1/send", "notify-url-not-readable"), ("what://{to}", "notice-refused")):
        down.write_text(text)
        with pytest.raises(UnreachableError, match=code):
            GatewayNotices("sms", down).tell("+41791234567", notice())  # type: ignore[arg-type]
    with pytest.raises(UnreachableError, match="notify-url-not-readable"):
        GatewayNotices("sms", tmp_path / "nothing").tell("+41791234567", notice())  # type: ignore[arg-type]
    assert "41791234567" not in caplog.text
    assert "json://" not in caplog.text


@pytest.mark.parametrize("typed", ["", "a b", "x/../../y", "a\nb", "a?b", "é", "%2e"])
def test_what_an_officer_types_stays_in_the_place_that_the_operator_gave_it(typed: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="method-address"):
        GatewayNotices("sms", tmp_path / "gate").check(typed)
