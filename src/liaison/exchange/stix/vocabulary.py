"""Which objects and paths of STIX stand for which of our observables, and which ids are the same for everybody?

ipv4-addr:value = '192.0.2.10'     kind ipv4          file:hashes.'SHA-256' = '…'     kind sha256
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from liaison.exchange.naming import SPACE
from liaison.messages.message import Tlp
from liaison.wire.identifiers import format_uuid5

# STIX 2.1 §2.9: the name space of ids of cyber-observable objects.
SCO_SPACE = "00abedb4-aa42-466c-9c01-fed23315a9b7"

TLP_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
TLP_CREATED = "2022-10-01T00:00:00.000Z"
TLP_2: Mapping[Tlp, str] = MappingProxyType(
    {
        "clear": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
        "green": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
        "amber": "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
        "amber-strict": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
        "red": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
    }
)
# STIX 2.1 §7.2.1.4 has these for TLP 1; a bundle need not hold them.
TLP_1: Mapping[str, Tlp] = MappingProxyType(
    {
        "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "clear",
        "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "green",
        "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "amber",
        "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "red",
    }
)
EXTENSION = f"extension-definition--{format_uuid5(SPACE, 'stix extension')}"

ADDRESSES: Mapping[str, str] = MappingProxyType({"ipv4-addr": "ipv4", "ipv6-addr": "ipv6"})
VALUES: Mapping[str, str] = MappingProxyType(
    {**ADDRESSES, "domain-name": "domain", "url": "url", "email-addr": "email"}
)
HASHES: Mapping[str, str] = MappingProxyType(
    {"MD5": "md5", "SHA-1": "sha1", "SHA1": "sha1", "SHA-256": "sha256", "SHA256": "sha256"}
)
# Objects that describe others and hold no observable of their own.
SILENT = frozenset({"identity", "marking-definition", "extension-definition", "report", "grouping", "relationship"})


def sco(kind: str, **members: Any) -> dict[str, Any]:
    """A cyber-observable object with the id that everybody gives it."""
    name = json.dumps(members, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return {"type": kind, "spec_version": "2.1", "id": f"{kind}--{format_uuid5(SCO_SPACE, name)}", **members}
