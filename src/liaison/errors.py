"""What can go wrong, and what does each failure mean to the caller?

    LiaisonError
    ├── MalformedError      bytes from outside are not of the form they claim
    ├── VerificationError   well-formed, but a signature, a proof or a rule does not hold
    ├── UsageError          the caller asked for what cannot be done here
    ├── NotNowError         would be right later: a mirror behind, a full disk, a quota, a lock
    └── UnreachableError    the other side could not be reached (`permanent` says whether to try again)

Invariants:
- Bytes from outside raise only `MalformedError` or `VerificationError`, never an exception of a library.
- `code` is stable and in kebab case; what it says to a person stands in the room's `explanations.toml`
  (what happened, what was kept, what to do next), because the core speaks no language.
- `params` are plain values that fill the sentence; they never hold contents, keys or names of persons. One that is an
  instant is an `At` and one that is a list a `Several`, because the core knows no zone and no language: whoever shows
  the sentence says the one by the reader's clock and joins the other as the reader's language does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Self

Param = str | int
_COMMA = ", "


class At(str):
    """A param that is an instant, as the wire writes it: `At("2026-11-22T03:02:00Z")`."""

    __slots__ = ()


class Several(str):
    """A param that is a list: `Several.of(["telephone", "mail"])` is the text "telephone, mail"."""

    __slots__ = ()

    @classmethod
    def of(cls, items: Iterable[str]) -> Self:
        """The list of these."""
        return cls(_COMMA.join(items))

    def joined(self, listed: Callable[[Iterable[str]], str]) -> str:
        """The same, put together otherwise."""
        return listed(self.split(_COMMA)) if self else ""


class LiaisonError(Exception):
    """The root of the tree: a stable code and the plain values that explain it."""

    def __init__(self, code: str, **params: Param) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code} ({details})" if details else self.code


class MalformedError(LiaisonError):
    """The bytes are not of the form they claim."""


class VerificationError(LiaisonError):
    """The bytes are well-formed; a signature, a proof or a rule does not hold."""


class UsageError(LiaisonError):
    """The caller asked for something that cannot be done here, or not like this."""


class NotNowError(LiaisonError):
    """The same call may succeed later; nothing was changed by this one."""


class UnreachableError(LiaisonError):
    """The other side could not be reached; `permanent` tells the retry loop whether to go on."""

    def __init__(self, code: str, *, permanent: bool = False, **params: Param) -> None:
        super().__init__(code, **params)
        self.permanent = permanent
