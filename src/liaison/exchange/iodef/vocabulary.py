"""Which categories, numbers and algorithms of IODEF v2 stand for ours?"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SPACE = "urn:ietf:params:xml:ns:iodef-2.0"
SIGNATURES = "http://www.w3.org/2000/09/xmldsig#"
OBSERVABLE, EXERCISE, TERMS = "liaison:observable", "liaison:exercise", "liaison:terms"

# RFC 7970 §3.18.1, the categories of an address.
ADDRESSES: Mapping[str, str] = MappingProxyType(
    {
        "asn": "asn",
        "e-mail": "email",
        "ipv4-addr": "ipv4",
        "ipv4-net": "prefix",
        "ipv6-addr": "ipv6",
        "ipv6-net": "prefix",
        "site-uri": "url",
    }
)
# RFC 7970 §3.29.3.1, the kinds of a list of observables.
BULK: Mapping[str, str] = MappingProxyType(
    {**ADDRESSES, "email": "email", "email-source": "email", "fqdn": "domain", "domain-name": "domain", "url": "url",
     "domain-to-ipv4": "domain", "ipv4": "ipv4", "ipv6": "ipv6"}
)  # fmt: skip
ROLES: Mapping[str, str] = MappingProxyType(
    {"source": "source", "target": "destination", "infrastructure": "infrastructure"}
)
# IANA's numbers of protocols.
PROTOCOLS: Mapping[str, str] = MappingProxyType(
    {"1": "icmp", "6": "tcp", "17": "udp", "47": "gre", "50": "esp", "58": "icmpv6", "132": "sctp"}
)
ALGORITHMS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "http://www.w3.org/2001/04/xmldsig-more#md5": ("md5", 16),
        "http://www.w3.org/2000/09/xmldsig#sha1": ("sha1", 20),
        "http://www.w3.org/2001/04/xmlenc#sha256": ("sha256", 32),
    }
)
