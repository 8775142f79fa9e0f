"""Which files of a message are offered to be read as documents of other programs?

Invariant: by name, type and size alone, so that showing a case opens no file.
"""

from __future__ import annotations

from liaison.exchange.strict_json import LARGEST
from liaison.messages.message import Attachment

ENDS = (".json", ".jsonl", ".xml", ".iodef", ".stix", ".misp", ".csaf", ".xarf")


def may_be_document(attachment: Attachment) -> bool:
    """Whether it is called or typed like one, and not larger than is read."""
    typed = "json" in attachment.media_type or "xml" in attachment.media_type
    return (typed or attachment.name.lower().endswith(ENDS)) and attachment.size <= LARGEST
