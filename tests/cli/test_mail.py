"""Can a node alone be given a mailbox, keep a desk that has only gpg, write to it and read its answer, by commands?"""

from __future__ import annotations

from pathlib import Path

import pytest

from liaison.keys.openpgp.certificates import read_certificate
from liaison.messages.mail.answers import read_entity
from liaison.messages.mail.reading import encrypted_part, read_mail
from tests.cli.test_register_commands import Terminal
from tests.gnupg import correspondent
from tests.mail_servers import Servers, mail_servers
from tests.mailing import THEM, US, Post, reply

pytestmark = [
    pytest.mark.filterwarnings("ignore:Session.login_data:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning"),
]
NOTICE = ["--field", "title=Scanning", "--field", "incident_type=information-gathering:scanner"]


def join(terminal: Terminal) -> None:
    """XC and its desk on the installation that keeps the register too."""
    terminal.found()
    terminal.roots("xc")
    admission = [
        "--name",
        "State XC",
        "--code",
        "XC",
        "--letter",
        terminal.path("letter"),
        "--out",
        terminal.path("in"),
    ]
    terminal.run("reg", "register", "draft", "admission", *admission, *terminal.publics("xc"))
    terminal.sign("in", "xc", "a", "b", "c")
    participant = terminal.run("reg", "register", "submit", terminal.path("in"))["payload"]
    keys = ["--participant", participant, "--kind", "technical", "--out", terminal.path("xckeys")]
    terminal.run("reg", "register", "draft", "keys", *keys)
    terminal.sign("xckeys", "xc")
    terminal.run("reg", "register", "submit", terminal.path("xckeys"))
    terminal.run("reg", "register", "desk", "--kind", "technical", "--language", "en")


def set_up(terminal: Terminal, servers: Servers) -> None:
    """What the engineer writes under [mail]."""
    access, path = servers.access, terminal.folder / "reg" / "liaison.toml"
    head, _, _ = path.read_text().partition("[mail]")
    lines = {"address": US, "smtp": access.smtp, "imap": access.imap, "authorities": access.authorities}
    lines |= {"login": access.login, "password_file": access.password_file, "telephone": "+999 555 1"}
    path.write_text(head + "[mail]\n" + "".join(f'{name} = "{value}"\n' for name, value in lines.items()))


def test_a_node_alone_writes_to_a_desk_that_has_gpg_and_takes_its_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = Terminal(tmp_path, capsys)
    join(terminal)
    assert terminal.run("reg", "mail", "test", code=2)["error"] == "mail-not-configured"
    with mail_servers() as servers, correspondent(THEM) as peer:
        set_up(terminal, servers)
        made = terminal.run("reg", "mail", "key")
        assert terminal.run("reg", "mail", "key")["fingerprint"] == made["fingerprint"]
        assert len(terminal.run("reg", "register", "publish")["entries"]) >= 1
        assert terminal.run("reg", "mail", "test") == {"submission": "good", "mailbox": "good", "keys": "good"}
        (tmp_path / "xd.asc").write_bytes(peer.certificate)
        keep = ["reg", "mail", "keep", THEM, "--name", "CSIRT of XD", "--source", "their letter", "--lang", "fr"]
        keep += ["--certificate", terminal.path("xd.asc"), "--channel", "telephone", "--fingerprint"]
        assert terminal.run(*keep, "0" * 40, code=1)["error"] == "mail-fingerprint-differs"
        heard = read_certificate(peer.certificate).groups
        assert terminal.run(*keep, heard)["mailbox"] == THEM
        peer.import_(made["certificate"].encode())
        send = [
            "message",
            "send",
            "--to",
            THEM,
            "--stage",
            "notification",
            *NOTICE,
            "--field",
            "expectation=answer-asked",
        ]
        (sent,) = terminal.run("reg", *send)
        assert [(each["desk"], each["state"]) for each in sent["copies"]] == [("CSIRT of XD", "handed-over")]
        mail = servers.taken[-1][2]
        told = read_entity(peer.open(encrypted_part(read_mail(mail)))).text
        assert [line for line in told.splitlines() if line.startswith("===")] == ["=== fr ===", "=== en ==="]
        assert "Signalement" in told or "incident" in told
        servers.deliver("desk", reply(Post(handed=[(US, THEM, mail)]), peer, "Blocked."))
        assert terminal.run("reg", "mail", "fetch") == {"taken-over": 1}
        assert terminal.run("reg", "mail", "fetch") == {}
        last = terminal.run("reg", "message", "list")[-1]
        shown = terminal.run("reg", "message", "show", last["id"])
        assert (shown["form"], shown["fields"]["text"]["text"]) == ("mail-reply", "Blocked.")
        terminal.run("reg", "message", "ack", last["id"])
        assert "Acknowledgement" in peer.open(encrypted_part(read_mail(servers.taken[-1][2]))).decode()
        assert [each["mailbox"] for each in terminal.run("reg", "mail", "list")["contacts"]] == [THEM]
