"""From the `[parts]` of a dialect file to layouts: each entry checked, each fault located."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ..codes import TABLES
from ..errors import EncodeError
from ..grammar.encodings import National, encoding_of
from ..grammar.fields import CLASSES, Field, Notation, parse_notation
from ..grammar.prefixes import PREFIX_DIGITS_MAX, Prefix
from ..parts.ber import EMV_TAGS, Ber
from ..parts.datasets import DatasetBitmap, Datasets, element_max
from ..parts.layout import DEPTH_MAX, Layout
from ..parts.nested import BITMAP_BYTES_MAX, Bitmap
from ..parts.positional import Positional, Repeated
from ..parts.tagged import Tagged
from ..tlv import TAG_BYTES_MAX
from .fields import build_field
from .file import DialectFile, FieldEntry, PartsEntry, Source

OPAQUE: Final = "opaque"  # takes back what a dialect would inherit
# The keys that a layout takes besides `layout`, `encodings` and `fields`.
_KEYS: Final[Mapping[str, frozenset[str]]] = {
    OPAQUE: frozenset(),
    "positional": frozenset(["repeat"]),
    "ber-tlv": frozenset(),
    "tlv": frozenset(["tag", "length", "counts_tag"]),
    "ltv": frozenset(["tag", "length", "counts_tag"]),
    "bitmap": frozenset(["bitmap", "continues", "header"]),
    "datasets": frozenset(),
    "dataset-bitmap": frozenset(),
}
_OF_BYTES: Final = frozenset(["ber-tlv", "datasets", "dataset-bitmap"])
_HEADER_MAX: Final = 64  # octets before a nested bitmap; 12 is the most that has been seen
# The octets of a text are its characters, whatever page it came in.
OF_TEXT: Final[Mapping[str, str]] = {
    **dict.fromkeys(CLASSES, "ascii"),
    "length": "ascii",
    "b": "hex",
    "bitmap": "hex",
}
# And those of a text with national letters stand in the page of that text.
_LETTERED: Final = ("a", "an", "as", "ans", "s", "ns")
_TAG_CLASSES: Final = ("a", "n", "an", "b")  # no points: they join a path


def build_parts(
    source: Source, written: DialectFile, fields: Mapping[int, Field]
) -> Mapping[str, Layout]:
    """The layout of every path under `[parts]`; DialectError with the file and line."""
    entries = {path: entry for path, entry in written.parts.items() if entry.layout != OPAQUE}
    for path, entry in written.parts.items():
        _check_entry(source, path, entry, entries, fields)
    builder = _Builder(source, written, entries, {})
    for path in entries:
        if "." not in path:
            field = fields[int(path)]
            texts = dict(OF_TEXT)
            if isinstance(field.encoding, National):
                texts |= dict.fromkeys(_LETTERED, field.encoding.name)
            builder.build(path, field.notation.kind == "b", texts)
    return builder.built


def _check_entry(
    source: Source,
    path: str,
    entry: PartsEntry,
    entries: Mapping[str, PartsEntry],
    fields: Mapping[int, Field],
) -> None:
    """Refuse a path that leads nowhere, and keys that a layout does not take."""
    where = f"parts.{path}"
    number, *keys = path.split(".")
    if number not in {str(known) for known in fields}:
        source.refuse(where, "a field that is defined is expected")
    if not all(keys) or len(keys) >= DEPTH_MAX:
        source.refuse(where, f"a path of at most {DEPTH_MAX} words is expected")
    if keys and path.rpartition(".")[0] not in entries:
        source.refuse(where, f"a layout for {path.rpartition('.')[0]} is expected")
    if entry.layout not in _KEYS:
        source.refuse(f"{where}.layout", f"one of {', '.join(_KEYS)} is expected")
    for key in ("repeat", "tag", "length", "counts_tag", "bitmap", "continues", "header"):
        if getattr(entry, key) and key not in _KEYS[entry.layout]:
            source.refuse(f"{where}.{key}", f"the layout {entry.layout!r} takes no such key")


class _Builder(Struct, frozen=True):
    """Builds the layout of a path after those of the paths below it, at most DEPTH_MAX deep."""

    source: Source
    written: DialectFile
    entries: Mapping[str, PartsEntry]
    built: dict[str, Layout]

    def build(self, path: str, binary: bool, texts: Mapping[str, str]) -> Layout:
        """The layout at *path*, of a value that is *binary*, or text whose parts are in *texts*."""
        entry, where = self.entries[path], f"parts.{path}"
        if entry.layout in _OF_BYTES and not binary:
            self.source.refuse(f"{where}.layout", "a field of class b is expected")
        encodings = {**(self.written.encodings if binary else texts), **entry.encodings}
        fields = {
            key: self.field(path, key, encodings)
            for key, said in entry.fields.items()
            if said.format or not _names_suffice(entry.layout)
        }
        names = {key: said.name for key, said in entry.fields.items()}
        below = [one for one in self.entries if one.rpartition(".")[0] == path]
        inners: dict[str, Layout] = {}
        for one in below:
            key = one.rpartition(".")[2]
            field = fields.get(key)
            inners[key] = self.build(one, field.notation.kind == "b" if field else binary, texts)
        layout = self.layout(path, Layout(binary, names, fields, inners, texts["ans"]), encodings)
        self.check_keys(path, layout, [*names, *inners])
        self.built[path] = layout
        return layout

    def layout(self, path: str, common: Layout, encodings: Mapping[str, str]) -> Layout:
        """The layout that the entry at *path* names, with what all have in *common*."""
        entry = self.entries[path]
        about = (common.binary, common.names, common.fields, common.inners, common.page)
        match entry.layout:
            case "positional":
                self.check_numbers(path, len(common.fields), from_one=True)
                order = {str(n): common.fields[str(n)] for n in range(1, len(common.fields) + 1)}
                group = Positional(common.binary, common.names, order, common.inners, common.page)
                if entry.repeat:
                    return Repeated(common.binary, page=common.page, group=group)
                return group
            case "ber-tlv":
                names = {tag: known.name for tag, known in EMV_TAGS.items()}
                return Ber(common.binary, {**names, **common.names}, common.fields, common.inners)
            case "bitmap":
                return self.bitmap(path, common, encodings)
            case "datasets":
                return Datasets(*about, content=Ber(binary=True))
            case "dataset-bitmap":
                self.check_numbers(path, element_max())
                return DatasetBitmap(*about, content=Ber(binary=True))
            case _:
                return self.tagged(path, common, encodings)

    def bitmap(self, path: str, common: Layout, encodings: Mapping[str, str]) -> Bitmap:
        """The layout with a bitmap and a header of its own."""
        entry, where = self.entries[path], f"parts.{path}"
        bytes_max = BITMAP_BYTES_MAX // (2 if entry.continues else 1)
        if not 1 <= entry.bitmap <= bytes_max:
            self.source.refuse(f"{where}.bitmap", f"1 to {bytes_max} bytes are expected")
        if not 0 <= entry.header <= _HEADER_MAX:
            self.source.refuse(f"{where}.header", f"0 to {_HEADER_MAX} bytes are expected")
        self.check_numbers(path, entry.bitmap * (16 if entry.continues else 8))
        if entry.continues and "1" in common.fields:
            self.source.refuse(f"{where}.fields.1", "bit 1 says that the bitmap continues")
        return Bitmap(
            common.binary,
            common.names,
            common.fields,
            common.inners,
            common.page,
            encoding=encoding_of(encodings["bitmap"]),
            size=entry.bitmap,
            continues=entry.continues,
            header=entry.header,
        )

    def tagged(self, path: str, common: Layout, encodings: Mapping[str, str]) -> Tagged:
        """The layout of tags and lengths in given formats."""
        entry, where = self.entries[path], f"parts.{path}"
        tag = build_field(
            self.source, where, "tag", FieldEntry(name="tag", format=entry.tag), encodings
        )
        octets = tag.encoding.size(tag.notation.characters)
        if not tag.is_fixed or tag.notation.kind not in _TAG_CLASSES or octets > TAG_BYTES_MAX:
            problem = f"a fixed format of class {', '.join(_TAG_CLASSES)} is expected"
            self.source.refuse(f"{where}.tag", f"{problem}, of at most {TAG_BYTES_MAX} bytes")
        return Tagged(
            common.binary,
            common.names,
            common.fields,
            common.inners,
            common.page,
            tag=replace(tag, path=""),
            length=self.length(path, encodings),
            length_first=entry.layout == "ltv",
            counts_tag=entry.counts_tag,
        )

    def length(self, path: str, encodings: Mapping[str, str]) -> Prefix:
        """How the lengths of a tagged layout are written: in digits, or as a binary number."""
        where, notation = f"parts.{path}.length", Notation("", 0, 0)
        try:
            notation = parse_notation(self.entries[path].length)
        except ValueError as error:
            self.source.refuse(where, f"{error} is expected")
        digits = notation.characters
        is_length = notation.kind in ("n", "b") and not notation.prefix_digits
        if not is_length or digits > PREFIX_DIGITS_MAX:
            digits_max = f"n 1 to n {PREFIX_DIGITS_MAX}, or b 1 to b {PREFIX_DIGITS_MAX // 2}"
            self.source.refuse(where, f"{digits_max} is expected")
        return Prefix(digits, "binary" if notation.kind == "b" else encodings["length"])

    def field(self, path: str, key: str, encodings: Mapping[str, str]) -> Field:
        """The format of one part; its path is its key: where the value stands is not its matter."""
        table = f"parts.{path}.fields"
        field = build_field(self.source, table, key, self.entries[path].fields[key], encodings)
        if field.values and field.values not in {*self.written.values, *TABLES}:
            known = ", ".join(sorted({*self.written.values, *TABLES}))
            self.source.refuse(f"{table}.{key}.values", f"one of {known} is expected")
        if self.entries[path].layout == "datasets":
            self.source.refuse(f"{table}.{key}.format", "a dataset has a name and no format")
        return replace(field, path=key)

    def check_numbers(self, path: str, last: int, from_one: bool = False) -> None:
        """Refuse parts whose keys are not numbers up to *last*, or, *from_one*, leave one out."""
        keys = list(self.entries[path].fields)
        legal = {str(number) for number in range(1, last + 1)}
        wrong = [key for key in keys if key not in legal]
        if wrong or not keys:
            order = ", none left out" if from_one else ""
            key = f".{wrong[0]}" if wrong else ""
            self.source.refuse(
                f"parts.{path}.fields{key}", f"parts 1 to {last} are expected{order}"
            )

    def check_keys(self, path: str, layout: Layout, keys: Iterable[str]) -> None:
        """Refuse a part that the layout can never have."""
        if isinstance(layout, Repeated):
            layout = layout.group
        for key in keys:
            try:
                if key not in layout.fields or isinstance(layout, Tagged | Ber):
                    layout.make(key, "")
                if key in layout.fields and layout.inner(key) is layout:
                    raise EncodeError("no format for a template")
            except EncodeError as error:
                where = f"parts.{path}.fields" if key in layout.names else f"parts.{path}"
                self.source.refuse(f"{where}.{key}", f"{error.expected} is expected")


def _names_suffice(layout: str) -> bool:
    """Whether a part of *layout* may be without a format: what it is in says how long it is."""
    return layout in ("ber-tlv", "tlv", "ltv", "datasets")
