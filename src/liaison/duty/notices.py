"""What is handed to a channel? A subject, a few words, and how urgent it is; never anything of a message.

Invariants: `name` is the same whenever the same notification is sent again; `text` holds all that a person has to know,
so a channel without subjects leaves the subject out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The words of one notification; `link` is the page with the one button, empty where there is none.

    `answer` is the secret by which a channel that takes answers knows one again, and `how_to_answer` says how it is
    done; both are empty where nobody reads answers.
    """

    name: str
    subject: str
    text: str
    at: datetime
    urgent: bool = False
    link: str = ""
    answer: str = ""
    how_to_answer: str = ""
