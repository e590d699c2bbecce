"""Parts that stand behind tags, or in data sets: what the packagers of jPOS for them mean.

Tags that a packager does not name are kept as they come. Of some, only Java code knows which tag
is which part: what they are called is told as lost, and the tags are read all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from ...dialect.file import FieldEntry, PartsEntry
from ...grammar.codepages import CODECS
from ...grammar.fields import parse_notation
from ..drafts import Draft, plain_name
from ..layouts import notation, settle
from ..xml_reader import Element
from .fields import attribute, class_name

TAG_LENGTH_MAX: Final = 8  # characters; no longer tag has been seen
_LENGTH_DIGITS_MAX: Final = 4
# A part of a sequence, with the L of its length; and one with as many T as its tag has characters.
_SEQUENCE_CLASS: Final = re.compile("IFTA_(L{1,4})(CHAR|NUM|BINARY)")
_TAGGED_CLASS: Final = re.compile("IFA_(T{1,8})(L{1,4})(CHAR|BINARY)")
# Heads and values of parts are characters: those of a text value in whatever page that came in.
_HEADS: Final = {"an": "ascii", "n": "ascii", "length": "ascii"}
Made: TypeAlias = tuple[PartsEntry | None, FieldEntry]


class _Whole(Struct, frozen=True):
    """The field at *where* that is made of parts: its *element* and those of its parts by number,
    and what it would be without parts, *entry*."""

    draft: Draft
    element: Element
    where: str
    children: Mapping[int, Element]
    entry: FieldEntry

    def classes(self, form: re.Pattern[str]) -> list[re.Match[str] | None]:
        """The class of each part, read as *form*."""
        names = (class_name(self.draft, one, self.where) for one in self.children.values())
        return [form.fullmatch(name) for name in names]

    def lose(self, problem: str) -> None:
        """Tell a *problem* of the field, with its line."""
        self.draft.lose(self.element.line, self.where, problem)


def tagged_layout(
    draft: Draft,
    element: Element,
    where: str,
    packager: str,
    children: Mapping[int, Element],
    entry: FieldEntry,
) -> Made:
    """What *packager* makes of the field *entry*; None, and a loss, where that cannot be said."""
    whole = _Whole(draft, element, where, children, entry)
    made, entry = TAGGED_PACKAGERS[packager](whole)
    if made is None:
        whole.lose(f"parts made by {packager} are left out")
    return made, entry


def _sequence(whole: _Whole) -> Made:
    """Tags as long as the token of the field; each part says its tag as its own token."""
    size = len(attribute(whole.element, "token"))
    matches = whole.classes(_SEQUENCE_CLASS)
    digits = {len(match[1]) for match in matches if match}
    if not 1 <= size <= TAG_LENGTH_MAX or None in matches or len(digits) != 1:
        return None, whole.entry
    [digits_of_length] = digits
    fields: dict[str, FieldEntry] = {}
    for child, match in zip(whole.children.values(), matches, strict=True):
        token = attribute(child, "token")
        if len(token) == size and token.isalnum() and token.isascii() and match:
            part = f"{whole.where}.{token}"
            length = whole.draft.number(
                child.line,
                f"{part}: length",
                attribute(child, "length"),
                1,
                10 ** len(match[1]) - 1,
            )
            kind = "n" if match[2] == "NUM" else "ans"
            fields[token] = FieldEntry(
                name=plain_name(attribute(child, "name"), part),
                format=notation(kind, digits_of_length, length),
                encoding="ascii",
                length="ascii",
            )
    shared, said = settle(fields)
    layout = replace(_tags(size, digits_of_length), encodings=shared | _HEADS, fields=said)
    return layout, whole.entry


def _tagged_fields(whole: _Whole) -> Made:
    """Tags and lengths of the sizes that the field says, or else the classes of its parts."""
    element, entry = whole.element, whole.entry
    matches = whole.classes(_TAGGED_CLASS)
    sizes = {(len(match[1]), len(match[2])) for match in matches if match}
    tag, length = next(iter(sizes)) if len(sizes) == 1 else (0, 0)
    if attribute(element, "tagSize") or not tag:
        texts = [attribute(element, key) for key in ("tagSize", "lenSize")]
        if not all(text.isascii() and text.isdigit() and len(text) == 1 for text in texts):
            return None, entry
        tag, length = map(int, texts)
    if not (1 <= tag <= TAG_LENGTH_MAX and 1 <= length <= _LENGTH_DIGITS_MAX):
        return None, entry
    if whole.children:
        problem = "which tag is which part stands in Java code: the names of its parts are left out"
        whole.lose(problem)
    swapped = attribute(element, "swapTagAndLen", "false") == "true"
    return replace(_tags(tag, length), layout="ltv" if swapped else "tlv"), entry


def _tags(tag: int, length: int) -> PartsEntry:
    """Tags of *tag* characters and lengths of *length* digits, each in front of its part."""
    return PartsEntry(
        layout="tlv", encodings=_HEADS, tag=notation("an", 0, tag), length=notation("n", 0, length)
    )


def _ber(whole: _Whole) -> Made:
    """BER-TLV: of bytes as they are; of hexadecimal text, which is a field of bytes here."""
    entry = whole.entry
    kind = parse_notation(entry.format)
    if kind.kind == "ans" and entry.encoding in CODECS and kind.length > 1:
        encoding = "hex" if entry.encoding == "ascii" else entry.encoding
        form = notation("b", kind.prefix_digits, kind.length // 2)
        entry = replace(entry, format=form, encoding=encoding)
    return _of_bytes("ber-tlv", "the formats of its tags are not carried", whole, entry)


def _datasets(whole: _Whole) -> Made:
    """Data sets of ISO 8583:2003 and 2023, each under its identifier."""
    problem = "of which data set its elements are is not said: their names are left out"
    return _of_bytes("datasets", problem, whole, whole.entry)


def _of_bytes(layout: str, problem: str, whole: _Whole, entry: FieldEntry) -> Made:
    """The *layout* of a field of bytes; *problem* says what is lost of parts it describes."""
    if not entry.format.startswith("b"):
        return None, entry
    if whole.children:
        whole.lose(problem)
    return PartsEntry(layout=layout), entry


TAGGED_PACKAGERS: Final[Mapping[str, Callable[[_Whole], Made]]] = {
    "TaggedSequencePackager": _sequence,
    "GenericTaggedFieldsPackager": _tagged_fields,
    "BERTLVBinaryPackager": _ber,
    "BERTLVAsciiHexPackager": _ber,
    "BERTLVEbcdicHexPackager": _ber,
    "ICCDataPackager": _ber,
    "DatasetPackager": _datasets,
}
