"""Which words and limits does the register know?

    participant type   state · organisation · provider
    desk kind          diplomatic · technical · law-enforcement · central-authority · provider-security
    report format      csv · json-lines · xarf · stix · misp
    act                signature · ratification · accession · reservation · withdrawal · …
    audience           public · participants · states · kind:technical · named:3fe1…,9ab0…

Invariants: the lists are closed; a value that is not on its list is malformed, never "other".
Spec page: docs/spec/entries.md.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final

import msgspec

from liaison.wire.identifiers import LocalId

REGISTER: Final = "register"
"""The participant id of the secretariat; every other participant id is the hash of its admission payload."""

LIMIT: Final = 65_535
"""The largest entry in bytes: the entry bundles of the log count the size in 16 bits."""

RULES: Final = 1
"""The version of the rules this software understands."""


class ParticipantType(StrEnum):
    """What kind of participant was admitted."""

    STATE = "state"
    ORGANISATION = "organisation"
    PROVIDER = "provider"


class DeskKind(StrEnum):
    """What a desk answers for."""

    DIPLOMATIC = "diplomatic"
    TECHNICAL = "technical"
    LAW_ENFORCEMENT = "law-enforcement"
    CENTRAL_AUTHORITY = "central-authority"
    PROVIDER_SECURITY = "provider-security"


class ReportFormat(StrEnum):
    """In which format a desk takes reports on resources."""

    CSV = "csv"
    JSON_LINES = "json-lines"
    XARF = "xarf"
    STIX = "stix"
    MISP = "misp"


class Admission(StrEnum):
    """How participants are admitted: by a letter to the secretariat, then the signatures the rules ask for."""

    LETTER = "letter"


class Channel(StrEnum):
    """Over which channel a root fingerprint was checked."""

    NOTE_VERBALE = "note-verbale"
    IN_PERSON = "in-person"
    TELEPHONE = "telephone"
    VIDEO = "video"
    OPENPGP = "openpgp"


class Evidence(StrEnum):
    """What the publisher of a resource points to; the reader's node checks it, the register does not."""

    ALLOCATION = "allocation"
    RPKI = "rpki"
    DNS = "dns"


class ShownTo(StrEnum):
    """To whom a part of an implementation report is shown; who the named ones are stands in the part alone."""

    PUBLIC = "public"
    PARTICIPANTS = "participants"
    NAMED = "named"


class Act(StrEnum):
    """What a participant says it did about an instrument."""

    SIGNATURE = "signature"
    DEFINITIVE_SIGNATURE = "definitive-signature"
    """A signature that needs no ratification."""
    RATIFICATION = "ratification"
    ACCEPTANCE = "acceptance"
    APPROVAL = "approval"
    ACCESSION = "accession"
    PROVISIONAL_APPLICATION = "provisional-application"
    PROVISIONAL_END = "provisional-end"
    RESERVATION = "reservation"
    RESERVATION_WITHDRAWAL = "reservation-withdrawal"
    DECLARATION = "declaration"
    DECLARATION_WITHDRAWAL = "declaration-withdrawal"
    OBJECTION = "objection"
    """To a reservation of another participant; the instrument still stands between the two."""
    OBJECTION_TO_ENTRY = "objection-to-entry"
    """To a reservation of another participant, and to the entry into force between the two."""
    OBJECTION_WITHDRAWAL = "objection-withdrawal"
    WITHDRAWAL = "withdrawal"
    """From the instrument itself: the denunciation, dated by the day the depositary received it."""
    ADOPTION = "adoption"
    """Of a code of conduct: the participant says that it keeps to it."""
    ADOPTION_WITH_RESERVATION = "adoption-with-reservation"
    """The same, but for the clauses named or as the words with it say."""
    DECLINE = "decline"
    """The participant says that it does not adopt a code of conduct."""
    RETRACTION = "retraction"
    """An earlier statement was declared in error."""


Audience = Annotated[
    str,
    msgspec.Meta(
        pattern=r"\A(public|participants|states"
        r"|kind:(diplomatic|technical|law-enforcement|central-authority|provider-security)"
        r"|named:[0-9a-f]{64}(,[0-9a-f]{64}){0,63})\Z"
    ),
]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
Year = Annotated[int, msgspec.Meta(ge=1990, le=2199)]
Link = Annotated[str, msgspec.Meta(pattern=r"\Ahttps?://[!-~]{1,290}\Z")]
Party = Annotated[str, msgspec.Meta(pattern=r"\A([0-9a-f]{64}|[A-Z]{2})\Z")]
Language = Annotated[str, msgspec.Meta(pattern=r"\A[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}\Z")]
Date = Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])\Z")]
Origin = Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9.-]+(/[a-z0-9._-]+)*\Z", max_length=120)]
Minutes = Annotated[int, msgspec.Meta(ge=1, le=525_600)]
Index = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
Count = Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
Small = Annotated[int, msgspec.Meta(ge=0, le=64)]
AsNumber = Annotated[int, msgspec.Meta(ge=1, le=2**32 - 2)]
Networks = Annotated[tuple[AsNumber, ...], msgspec.Meta(min_length=1, max_length=1024)]
"""The networks a provider stands for, by their AS numbers."""
Addressees = Annotated[tuple[ParticipantType, ...], msgspec.Meta(min_length=1, max_length=3)]
"""The types of participant that a text speaks to."""
ParticipantId = Annotated[str, msgspec.Meta(pattern=r"\A(register|[0-9a-f]{64})\Z")]


class NodeRef(msgspec.Struct, frozen=True, order=True, forbid_unknown_fields=True):
    """One node of one participant."""

    participant: ParticipantId
    node: LocalId
