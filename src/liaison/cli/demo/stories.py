"""Which demonstrations are there, and what are their steps? `liaison demo --story NAME`.

Invariants: each step is told by a line and holds or fails by itself; what fails ends the story.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from liaison.cli.demo import alone, answering, attacks, behind_nat, conduct, feeds, notice, preservation, rehearsal
from liaison.cli.demo.alone import Alone
from liaison.cli.demo.conduct import Conduct
from liaison.cli.demo.preservation import Preservation
from liaison.cli.demo.rehearsal import Rehearsal

W = TypeVar("W", bound=Rehearsal)


@dataclass(frozen=True, slots=True)
class Story(Generic[W]):
    """A demonstration: the world it begins with, what a newcomer is told first, and its steps."""

    begin: Callable[[Path], W]
    opening: str
    steps: tuple[tuple[str, Callable[[W], list[str]]], ...]


TOGETHER = Story(
    Rehearsal,
    "A secretariat and the fictional States XC, XD and XE, each with a node of its own, all on this machine.",
    (
        ("Four nodes, each with its own keys and database", rehearsal.make_places),
        ("The secretariat opens a register: leaf 0, signed by three roots", rehearsal.open_register),
        ("Three fictional States are admitted", rehearsal.admit_states),
        ("Each publishes its keys, a desk and what it answers for", rehearsal.publish_desks),
        ("The States become the log's witnesses", rehearsal.appoint_witnesses),
        ("An officer of each State is invited to its pages", rehearsal.invite_officers),
        ("XD says who is told first and who next; an urgent notice comes", answering.plan_duty),
        ("A directory is nominated by letter, one desk a country code", rehearsal.nominate_desks),
        ("A real feed is routed to the nominated desks", feeds.route_real_feed),
        ("Rows of the fictional States become sealed reports", feeds.send_reports),
        ("Every node is checked, as any node does once a day", answering.check_nodes),
        ("The first officer is silent, the second acknowledges", answering.be_escalated),
        ("A notice with an attachment, while one node is dead", notice.send_notice),
        ("The dead node comes back; officers acknowledge", notice.acknowledge),
        ("A forged entry is refused", attacks.forge_entry),
        ("A swapped key is found out", attacks.swap_key),
        ("A replayed message changes nothing", attacks.replay_message),
        ("The whole case, checked offline by somebody who was not there", notice.verify_transcript),
        ("The whole register, checked offline against its anchor", attacks.verify_register),
    ),
)
ALONE = Story(
    Alone,
    "The fictional State XC has the only node; XD has gpg and a mailbox; XE joins later from behind NAT. All of it\n"
    "runs on this machine.",
    (
        ("One node, with its own keys and database", alone.make_node),
        ("It opens a register for itself and joins it as XC", alone.join_own_register),
        ("An address book is imported: nobody in it is in the register", alone.import_address_book),
        ("A directory is nominated by letter, XD's mailbox among it", alone.nominate_desks),
        ("XD has only OpenPGP and a mailbox: fingerprints are read out", alone.exchange_keys),
        ("A real feed is routed to the nominated desks", feeds.route_real_feed),
        ("XD's rows go as an encrypted mail, and XD opens it", alone.mail_report),
        ("XD's signed reply enters the case, an unsigned one does not", alone.take_reply),
        ("The case is acknowledged and closed", alone.close_case),
        ("XE joins with a node that nobody can call", behind_nat.join_without_door),
        ("XC keeps XE's letters", behind_nat.agree_on_letter_box),
        ("A notice to XE waits in the letter box", behind_nat.leave_notice),
        ("XE fetches it, and a person acknowledges", behind_nat.fetch_and_acknowledge),
    ),
)
PRESERVATION = Story(
    Preservation,
    "The central authorities of the fictional States XC and XD, each with a node of its own, and a secretariat.\n"
    "All of it runs on this machine.",
    (
        ("Three nodes, each with its own keys and database", rehearsal.make_places),
        ("The secretariat opens a register: leaf 0, signed by three roots", rehearsal.open_register),
        ("Two fictional States are admitted", rehearsal.admit_states),
        ("Each publishes its central authority", preservation.publish_authorities),
        ("XC asks XD to preserve a mail account; what is missing is said first", preservation.ask_to_preserve),
        ("XD has seen it, orders it at home, and secures the data", preservation.secure),
        ("XC asks for more time before the date, XD gives it", preservation.extend),
        ("XC asks for assistance: what is preserved is kept until that is decided", preservation.ask_for_assistance),
        ("XD answers in part, under conditions", preservation.answer_in_part),
        ("XD hands the mail over; XC opens it once it accepted the conditions", preservation.hand_over),
        ("XC asks how it stands, and XD says so, in one action each", preservation.ask_how_it_stands),
        ("XC closes it; both sides have the same states and dates", preservation.close),
        ("XC destroys the mail, and XD gets the signed record of it", preservation.destroy),
    ),
)
CONDUCT = Story(
    Conduct,
    "The fictional States XC and XD, a provider for whom the State XE vouches, each with a node of its own, and a\n"
    "secretariat. All of it runs on this machine.",
    (
        ("Four nodes, each with its own keys and database", rehearsal.make_places),
        ("The secretariat opens a register: leaf 0, signed by three roots", rehearsal.open_register),
        ("Three participants are admitted", rehearsal.admit_states),
        ("Each publishes its contact centre; the provider names its network", conduct.publish_desks),
        ("The register carries the norms; XC and XD report on one of them", conduct.report),
        ("Help that XC seeks meets help that XD offers, and becomes a case", conduct.find_help),
        ("XC measures the provider's network; nobody is told", conduct.measure),
        ("The provider is told privately, and nobody else", conduct.tell_provider),
        ("The provider disputes it, and XC corrects it", conduct.dispute),
        ("The provider agrees that it is shown, and it is not shown before its time", conduct.consent),
        (
            "A provider adopts the operators' actions for its network, in the register of providers",
            conduct.stand_for_networks,
        ),
        ("Anybody checks the register and the report by the log alone; a changed one is forged", conduct.verify),
    ),
)
STORIES: Mapping[str, Story[Any]] = {
    "together": TOGETHER,
    "alone": ALONE,
    "preservation": PRESERVATION,
    "conduct": CONDUCT,
}
