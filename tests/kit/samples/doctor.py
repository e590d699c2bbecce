"""Messages for the doctor: in every dialect, in dialects that were edited, framed and headed."""

from functools import cache

from cardswitch.specs.dialect import Dialect, load_dialect
from cardswitch.specs.dialect.file import FieldEntry
from cardswitch.specs.doctor.bases import Base, load_base, load_bases
from cardswitch.specs.doctor.edits import Edit, build
from cardswitch.specs.message import Message

PAN = "9999990000000014"
TRACK = f"{PAN}=30121010000012300"
# A sale with all that differs from link to link: digits, text, a track, lengths, binary data.
SALE = Message(
    "0200",
    {
        2: PAN,
        3: "000000",
        4: "000000001250",
        7: "1123130500",
        11: "000007",
        22: "021",
        25: "00",
        35: TRACK,
        41: "TERM0001",
        42: "MERCHANT0000001",
        43: "SHOP".ljust(25) + "BERLIN".ljust(13) + "DE",
        48: "ABC DEF 123",
        49: "978",
        52: "0123456789ABCDEF",
        55: "9F3602003C9F2701809A03260101",
    },
)
ECHO = Message("0800", {7: "1123130500", 11: "000001", 70: "301"})
HEADER_12 = bytes.fromhex("16010200A10000000000FF01")
TPDU = bytes.fromhex("6000010000")
TWO_BYTES = {"binary2": "big", "little2": "little"}


@cache
def base(name: str) -> Base:
    return load_base(name)


@cache
def bases() -> tuple[Base, ...]:
    return tuple(load_bases())


def change(number: int, **said: str) -> Edit:
    return Edit(words="changed", number=number, entry=FieldEntry(**said))


def dialect(name: str, *edits: Edit) -> Dialect:
    if not edits:
        return load_dialect(name)
    built = build(base(name), edits)
    assert built is not None
    return built[1]


def wire(name: str, *edits: Edit, message: Message = SALE) -> bytes:
    return dialect(name, *edits).pack(message)


def framed(kind: str, data: bytes) -> bytes:
    size = len(data)
    match kind:
        case "binary2" | "little2":
            return size.to_bytes(2, TWO_BYTES[kind]) + data
        case "binary2-inclusive":
            return (size + 2).to_bytes(2, "big") + data
        case "binary4":
            return size.to_bytes(4, "big") + data
        case "ascii4":
            return b"%04d" % size + data
        case "ascii4-inclusive":
            return b"%04d" % (size + 4) + data
        case "bcd2":
            return bytes.fromhex(f"{size:04d}") + data
        case "binary2-etx":
            return (size + 1).to_bytes(2, "big") + data + b"\x03"
        case "etx":
            return data + b"\x03"
    return data
