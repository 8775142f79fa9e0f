"""Is this the XML of a document, without anything that XML can be made to do, and what tree is it?

    decode_xml(b'<a xmlns="urn:x"><b c="1">text</b></a>').words("b")      "text"

Invariants (docs/spec/exchange.md):
- a document type, an entity, a processing instruction or another encoding than UTF-8 is refused before it can mean
  anything;
- size, depth, number of elements and of attributes are capped while the tree grows;
- the parser opens no file and no socket: it is given bytes and has no handler that could.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from liaison.errors import MalformedError
from liaison.exchange.strict_json import LARGEST, check_characters, utf8

DEPTH = 64
MOST_ELEMENTS = 50_000
MOST_ATTRIBUTES = 64
ATTRIBUTES_IN_ALL = 1 << 16
"""How many attributes all elements may have together."""


@dataclass(slots=True)
class Element:
    """One element: its name with its name space before it, attributes, own text and children in order."""

    name: str
    attributes: dict[str, str]
    text: str = ""
    children: list[Element] = field(default_factory=list)

    @property
    def local(self) -> str:
        """The name without its name space."""
        return self.name.rpartition(" ")[2]

    def all(self, *path: str) -> list[Element]:
        """The elements below, step by step by their local names."""
        found = [self]
        for step in path:
            found = [child for each in found for child in each.children if child.local == step]
        return found

    def words(self, *path: str) -> str:
        """The text of the first such element, trimmed; empty where there is none."""
        found = self.all(*path)
        return found[0].text.strip() if found else ""


def decode_xml(data: bytes) -> Element:
    """The root. Raises MalformedError."""
    if len(data) > LARGEST:
        raise MalformedError("document-too-large", size=len(data), limit=LARGEST)
    utf8(data)
    growing = _Growing()
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartElementHandler = growing.start
    parser.EndElementHandler = growing.end
    parser.CharacterDataHandler = growing.take
    for name in ("StartDoctypeDeclHandler", "EntityDeclHandler", "ExternalEntityRefHandler", "SkippedEntityHandler",
                 "ProcessingInstructionHandler", "NotationDeclHandler", "UnparsedEntityDeclHandler"):  # fmt: skip
        setattr(parser, name, _refuse)
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError) as error:
        raise MalformedError("document-not-xml") from error
    return growing.root()


def _refuse(*_: object) -> NoReturn:
    raise MalformedError("document-xml-declares")


class _Growing:
    """The tree while it is read."""

    def __init__(self) -> None:
        self._open: list[Element] = []
        self._texts: list[list[str]] = []
        self._root: Element | None = None
        self._elements = self._attributes = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins. Raises MalformedError beyond the limits."""
        self._elements += 1
        self._attributes += len(attributes)
        if len(self._open) >= DEPTH:
            raise MalformedError("document-too-deep", limit=DEPTH)
        beyond = len(attributes) > MOST_ATTRIBUTES or self._attributes > ATTRIBUTES_IN_ALL
        if self._elements > MOST_ELEMENTS or beyond:
            raise MalformedError("document-too-many", limit=MOST_ELEMENTS)
        for each in attributes.values():
            check_characters(each)
        found = Element(name, attributes)
        if self._open:
            self._open[-1].children.append(found)
        else:
            self._root = found
        self._open.append(found)
        self._texts.append([])

    def end(self, name: str) -> None:
        """An element ends."""
        found = self._open.pop()
        found.text = "".join(self._texts.pop())
        check_characters(found.text)  # A character reference is only now a character.

    def take(self, text: str) -> None:
        """Text between two tags."""
        if self._texts:
            self._texts[-1].append(text)

    def root(self) -> Element:
        """The whole tree."""
        if self._root is None:
            raise MalformedError("document-not-xml")
        return self._root
