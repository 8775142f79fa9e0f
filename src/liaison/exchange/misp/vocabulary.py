"""Which types of MISP's attributes stand for which of our observables?

ip-src|port     an address and its source port          filename|sha256     the second part, a hash
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

COMMENT = "liaison: "
ROW_COMMENT = "\nrow: "
"""Behind the observable, where it was read from a row of a feed."""
DESCRIPTION, TERMS = "description", "terms"
EXERCISE = "liaison:exercise"

# Type → what each part between bars is: a kind of ours, "address", a port of ours, or None.
PARTS: Mapping[str, tuple[str | None, ...]] = MappingProxyType(
    {
        "ip-src": ("address",),
        "ip-dst": ("address",),
        "ip-src|port": ("address", "source_port"),
        "ip-dst|port": ("address", "destination_port"),
        "hostname|port": ("domain", "destination_port"),
        "domain": ("domain",),
        "hostname": ("domain",),
        "domain|ip": ("domain", "address"),
        "url": ("url",),
        "uri": ("url",),
        "AS": ("asn",),
        "email": ("email",),
        "email-src": ("email",),
        "email-dst": ("email",),
        "md5": ("md5",),
        "sha1": ("sha1",),
        "sha256": ("sha256",),
        "filename|md5": (None, "md5"),
        "filename|sha1": (None, "sha1"),
        "filename|sha256": (None, "sha256"),
        "malware-sample": (None, "md5"),
        "vulnerability": ("vulnerability",),
        "other": ("other",),
    }
)
# Words about the event, no observables.
CONTEXT = frozenset({"comment", "text", "link", "datetime", "counter", "port", "size-in-bytes", "boolean", "float"})
