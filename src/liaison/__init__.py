"""What is Liaison? The working system for a register of contact centres and the direct line between them.

The rooms, and which may import which, are drawn in `docs/adr/0002-rooms.md` and held by import-linter.
"""

__version__ = "0.1.0"
