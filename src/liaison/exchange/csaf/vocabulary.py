"""Which words of ours stand in a CSAF document, where its own have none?"""

from __future__ import annotations

PROFILE = "csaf_security_incident_response"
SCHEMA_2_1 = "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json"
# Titles of notes.
WORDS, TITLE, OBSERVABLES, EXERCISE = "Description", "Title", "liaison:observables", "liaison:exercise"
VERSIONS = ("2.0", "2.1")
