"""What does a finding of a transcript say to a person? The label of its code and the values that go with it."""

from __future__ import annotations

from liaison.messages.forms import english
from liaison.messages.transcript import Finding


def finding_words(finding: Finding) -> str:
    """One line for a finding."""
    values = ", ".join(f"{name} {value}" for name, value in finding.params)
    about = "" if finding.core_hash is None else f" (message {finding.core_hash[:16]})"
    return f"{english('finding', finding.code.value)}{': ' + values if values else ''}{about}"
