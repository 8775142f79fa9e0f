"""Does an answer to the mail of a notification, with its code in the first line, say "I have it", and nothing else?"""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from liaison.adapters.notify.mail import MailNotices
from liaison.messages.mail.notices import answered_id, code_in, secrets_in
from liaison.messages.mail.reading import Mail, read_mail
from liaison.node.services.escalation.answers import take_answer
from tests.node.duty.desk import Stage, staffed

NODE = "desk@xd.example"


def answer(stage: Stage, text: str, *, sender: str = "Ada <ada@xd.example>", **headers: str) -> Mail:
    """What a mail program makes of an answer to the newest notification."""
    secret = stage.phones.rung[-1].notice.link.rpartition("/")[2]
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, NODE, "Re: Message waiting"
    mail["In-Reply-To"] = "<notice-1@xd.example>"
    mail["References"] = f"{answered_id(secret, NODE)} <notice-1@xd.example>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return read_mail(mail.as_bytes())


def told_by_mail(stage: Stage) -> str:
    """Ada was told; the code."""
    stage.hire("ada", reached=False)
    stage.reach("ada", "email", "ada@xd.example")
    stage.receive()
    stage.run()
    return stage.escalation().code


@pytest.mark.parametrize("text", ["{code}\n\n> Message waiting, code {code}\n", "\n  {code}.\n", "Code? no"])
def test_the_code_alone_in_the_first_line_says_that_the_officer_has_it(tmp_path: Path, text: str) -> None:
    with staffed(tmp_path) as stage:
        code = told_by_mail(stage)
        counts = "{code}" in text
        mail = answer(stage, text.format(code=code))
        assert take_answer(stage.node, mail) is counts
        assert stage.escalation().state == ("held" if counts else "waiting")
        assert not take_answer(stage.node, mail)


def test_what_another_mailbox_writes_or_only_quotes_or_guesses_counts_for_nothing(tmp_path: Path) -> None:
    with staffed(tmp_path) as stage:
        code = told_by_mail(stage)
        wrong = f"{(int(code) + 1) % 10_000:04}"
        for mail in (
            answer(stage, code, sender="eve@xe.example"),
            answer(stage, wrong),
            answer(stage, f"I am away.\n> code {code}\n{code}"),
        ):
            assert not take_answer(stage.node, mail)
        guessed = read_mail(f"From: ada@xd.example\nReferences: <have.{'a' * 22}@xd.example>\n\n{code}\n".encode())
        assert not take_answer(stage.node, guessed)
        assert stage.escalation().state == "waiting"


def test_a_notification_by_mail_keeps_its_name_and_refers_to_what_its_answer_names() -> None:
    from tests.node.duty.test_channels import notice

    class Carrier:
        def send(self, sender: str, to: str, data: bytes) -> None:
            self.data = data

    import dataclasses

    carrier = Carrier()
    said = dataclasses.replace(notice(), answer="s" * 22, how_to_answer="Or answer.")  # type: ignore[type-var]
    MailNotices(carrier, NODE).tell("ada@xd.example", said)  # type: ignore[arg-type]
    mail = read_mail(carrier.data)
    assert mail.message_id == "<n@xd.example>"
    assert secrets_in(mail.answers) == ("s" * 22,)
    assert b"Or answer." in carrier.data


def test_only_a_line_that_is_a_code_is_one() -> None:
    assert [code_in(text) for text in ("4821", "\n> 4821", "[4821]", "48217", "x 4821", "4821 ok", "")] == [
        "4821", "4821", "4821", "", "", "", ""
    ]  # fmt: skip
