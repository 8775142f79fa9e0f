"""Does the configuration of channels survive being written again, as a restore or a move does?"""

from __future__ import annotations

from pathlib import Path

import pytest

from liaison.errors import UsageError
from liaison.node import homes
from liaison.node.config import CONFIG_NAME, Config, Notify, NotifyProvider, Webhooks, read_config


def test_a_configuration_written_again_keeps_every_provider_and_every_allowed_host(tmp_path: Path) -> None:
    providers = tuple(NotifyProvider("sms", name, f'/etc/liaison/"{name}"') for name in ("eins", "zwei é"))
    config = Config(
        webhooks=Webhooks(allowed_private_hosts=("tickets.xc.example",)),
        notify=Notify(contact="mailto:a@xc.example", allowed_private_hosts=("push.xc.example",), providers=providers),
    )
    homes.write_config(tmp_path, config)
    assert read_config(tmp_path) == config


@pytest.mark.parametrize(
    "wrong",
    [
        '[[notify.providers]]\nchannel = "push"\nname = "a"\nurl_file = "b"\n',
        '[[notify.providers]]\nchannel = "SMS"\nname = "a"\nurl_file = "b"\n',
        '[[notify.providers]]\nchannel = "sms"\nname = "a"\nurl = "twilio://secret"\n',
        '[[notify.providers]]\nchannel = "sms"\nname = "a"\nurl_file = "b"\n' * 2,
    ],
)
def test_a_channel_that_cannot_be_is_refused_when_the_node_starts(wrong: str, tmp_path: Path) -> None:
    (tmp_path / CONFIG_NAME).write_text(wrong)
    with pytest.raises(UsageError, match="config-not-understood"):
        read_config(tmp_path)
