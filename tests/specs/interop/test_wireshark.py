"""specs.interop.wireshark: the tables say what the dialect says, and tshark dissects by them.

The tables are read back by a small reader of Lua's constants; tshark runs once for all dialects.
"""

import random
import re

import pytest

from cardswitch.specs.dialect import list_dialects, load_dialect
from cardswitch.specs.dialect.file import DialectFile, FieldEntry, PartsEntry, read_dialect_file
from cardswitch.specs.errors import DecodeError
from cardswitch.specs.fuzzing.seeds import make_value
from cardswitch.specs.interop.wireshark import PORT, export_wireshark
from cardswitch.specs.masking import open_fields
from cardswitch.specs.message import Message
from cardswitch.wire.framing import Framing
from tests.kit.samples.doctor import SALE
from tests.kit.samples.wireshark import IPV6, dissect, needs_tshark, stream

STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
OPENERS = ("function", "then", "do", "repeat")


def table(text, name):
    """The constant table that *text* calls *name*, as Python."""
    start = text.index(f"local {name} = ") + len(f"local {name} = ")
    end = text.find("\nlocal ", start)
    lua = text[start:end].partition("\n\n")[0]
    return eval(_python(lua), {"__builtins__": {}}, {"true": True, "false": False})


def _python(lua):
    """A Lua table constructor as a Python dictionary; lists keep their braces as tuples."""
    strings = []

    def keep(match):
        body = re.sub(r"\\(\d{3})", lambda code: chr(int(code[1])), match[1])
        strings.append(body.replace('\\"', '"').replace("\\\\", "\\"))
        return f"@{len(strings) - 1}@"

    bare = STRING.sub(keep, lua)
    bare = re.sub(r"\[([^\]]+)\] =", r"\1:", bare)
    bare = re.sub(r"([A-Za-z_]+) =", r"'\1':", bare)
    bare = re.sub(r"'order': \{(.*)\}( \})", r"'order': (\1,)\2", bare)
    return re.sub(r"@(\d+)@", lambda match: repr(strings[int(match[1])]), bare)


@pytest.mark.parametrize("name", list_dialects())
def test_the_tables_say_what_the_dialect_says(name):
    dialect = load_dialect(name)
    text = export_wireshark(name, read_dialect_file(name)[1]).text
    head = table(text, "dialect")
    assert (head["mti"], head["bitmap"]) == (dialect.mti.name, dialect.bitmap.name)
    assert (head["header"], head["port"]) == (dialect.header_size, 8583)
    fields = table(text, "fields")
    assert set(fields) == set(dialect.fields)
    for number, field in dialect.fields.items():
        said, counting = fields[number], field.counting
        assert said["length"] == field.notation.characters
        assert said["digits"] == field.prefix.digits
        assert (said["unit"], said["counts"]) == (counting.unit, counting.counts)
        assert said["name"] == field.name
        assert bool(said.get("secret")) == (number not in open_fields(dialect.version))
        encoding = getattr(field.encoding, "digits", field.encoding).name
        assert said["encoding"] == ("bcd" if encoding.startswith("bcd") else encoding)


def test_pages_are_there_where_they_are_used():
    text = export_wireshark("x", read_dialect_file("iso87-ebcdic")[1]).text
    assert table(text, "pages")["ebcdic-500"][0xF1] == "1"
    text = export_wireshark("x", read_dialect_file("iso87-ascii")[1]).text
    assert table(text, "pages") == {}


def test_parts_and_names_of_tags():
    text = export_wireshark("pos", read_dialect_file("pos")[1], port=5000).text
    assert table(text, "dialect")["port"] == 5000
    parts = table(text, "parts")
    assert [part["length"] for part in parts["3"]["order"]] == [2, 2, 2]
    assert parts["54"]["groups"] is True
    assert "9F02" in parts["55"]["names"]


def test_what_is_not_taken_apart_is_told():
    entry = PartsEntry(layout="bitmap", encodings={"bitmap": "binary", "length": "ascii"}, bitmap=8)
    mine = DialectFile(
        title='Mine "\\\n]] --',
        version="0",
        tertiary="field 65",
        encodings={"mti": "ascii", "bitmap": "hex", "length": "ascii", "n": "ascii"},
        header={"1": FieldEntry(name="h", format="n 5", encoding="bcd")},
        fields={"48": FieldEntry(name="é\x00", format="b..9", encoding="binary")},
        parts={"48": entry},
    )
    exported = export_wireshark("My dialect/2", mine)
    assert [loss.where for loss in exported.losses] == ["field 48"]
    head = table(exported.text, "dialect")
    assert (head["name"], head["header"], head["third"]) == ("iso8583_my_dialect_2", 3, "field")
    assert head["title"] == 'Mine "\\\n]] --'


def test_blocks_of_the_template_are_closed():
    text = export_wireshark("pos", read_dialect_file("pos")[1]).text
    code = "\n".join(STRING.sub("''", line).partition("--")[0] for line in text.splitlines())
    words = re.findall(r"[a-z_]+", code)
    opened = words.count("function") + words.count("if") + words.count("for") + words.count("while")
    opened += len(re.findall(r"^\s*do$", code, re.M))
    closed = words.count("end")
    assert opened == closed
    assert words.count("repeat") == words.count("until")
    assert code.count("(") == code.count(")")
    assert code.count("{") == code.count("}")
    assert "@tables@" not in text


# In tshark ----------------------------------------------------------------------------------------

WRITTEN = {name: read_dialect_file(name)[1] for name in list_dialects()}
FRAMING = Framing("binary2", frame_size_max=65535)
PORTS = {name: 9000 + at for at, name in enumerate(WRITTEN)}
SHAPES = ("one a packet", "segments", "VLAN", "IPv6", "out of order", "answers")
FIELDS_A_MESSAGE = 16
TWO_AMOUNTS = "1001978C000000001250" + "2002978D000000000049"
DIGITS, PACKED = Framing("ascii4"), Framing("bcd2")
SELF, DIGITS_SELF = Framing("binary2", inclusive=True), Framing("ascii4", inclusive=True)
# How else frames may begin: a dialect, what a message becomes, and the preferences that say so.
FRAMED = {
    "four digits": ("iso87-ascii", DIGITS.frame, ["length:ascii4"]),
    "packed digits": ("pos", PACKED.frame, ["length:bcd2"]),
    "four bytes": ("pos", lambda data: len(data).to_bytes(4) + data, ["length:binary4"]),
    "the low byte first": (
        "iso87-ebcdic",
        lambda data: len(data).to_bytes(2, "little") + data,
        ["length:little2"],
    ),
    "a TPDU": ("pos", lambda data: FRAMING.frame(bytes.fromhex("6000010000") + data), ["skip:5"]),
    "a length that counts itself": ("iso93-binary", SELF.frame, ["inclusive:TRUE"]),
    "digits that count themselves": (
        "example-mixed",
        DIGITS_SELF.frame,
        ["length:ascii4", "inclusive:TRUE"],
    ),
}


def spoken(name):
    """Messages of the dialect *name* that have all of its fields between them."""
    dialect, chance = load_dialect(name), random.Random(name)
    pick = chance.randrange
    numbers = sorted(dialect.fields)
    mti = f"{dialect.version}200"
    values = {n: make_value(dialect.fields[n], pick) for n in numbers} | {54: TWO_AMOUNTS}
    return [
        Message(
            mti,
            {n: values[n] for n in numbers[at : at + FIELDS_A_MESSAGE]},
            dialect.form.header_default,
        )
        for at in range(0, len(numbers), FIELDS_A_MESSAGE)
    ]


def cut(data, pick):
    """*data* in segments of any size: some with several messages, some with a part of one."""
    chunks = []
    while data:
        size = pick(1, 1400)
        chunks.append(data[:size])
        data = data[size:]
    return chunks


def shaped(shape, client, server, frames):
    """The packets that carry *frames*."""
    pick = random.Random(f"{shape} {server}").randint
    if shape == "one a packet":
        return stream(client, server, frames)
    if shape == "answers":
        return stream(server, client, frames)
    chunks = cut(b"".join(frames), pick)
    if shape == "out of order":
        while len(chunks) < 3:
            chunks = cut(b"".join(frames), pick)
        packets = stream(client, server, chunks)
        first, second = packets[1:3]
        return [packets[0], second, first, *packets[3:]]
    how = {"VLAN": {"vlan": 7}, "IPv6": {"ends": IPV6}, "segments": {}}[shape]
    return stream(client, server, chunks, **how)


def protocol_of(name):
    return "iso8583_" + re.sub(r"\W", "_", name)


@pytest.fixture(scope="module")
def dissected(tmp_path_factory):
    """Everything that tshark says of every dialect in every shape, by its port."""
    scripts, packets, preferences = {}, [], []
    for name, server in PORTS.items():
        scripts[protocol_of(name)] = export_wireshark(name, WRITTEN[name], server).text
        frames = [FRAMING.frame(load_dialect(name).pack(one)) for one in spoken(name)]
        for at, shape in enumerate(SHAPES):
            packets += shaped(shape, 50000 + server + at * 20, server, frames)
    for at, (name, frame, said) in enumerate(FRAMED.values()):
        protocol, server = f"framed {at}", 9100 + at
        scripts[protocol_of(protocol)] = export_wireshark(protocol, WRITTEN[name], server).text
        frames = [frame(load_dialect(name).pack(one)) for one in short(name)]
        packets += shaped("segments", 60000 + at, server, frames)
        preferences += [f"{protocol_of(protocol)}.{one}" for one in said]
    preferences += [f"{name}.unmasked:TRUE" for name in scripts]
    return dissect(tmp_path_factory.mktemp("lua"), scripts, packets, *preferences)


def short(name):
    """Messages of *name* that any framing can carry."""
    return [one for one in spoken(name) if len(load_dialect(name).pack(one)) < 4000]


def as_shown(dialect, message):
    """The fields of *message* as the wire has them: with their padding."""
    return {
        number: dialect.fields[number].padding.pad(value, dialect.fields[number].notation.length)
        if dialect.fields[number].padding
        else value
        for number, value in message.fields.items()
    }


def lines_below(dialect, number, value):
    """How the lines below a field should begin, one for each part; nothing where it has none."""
    written = WRITTEN[dialect.name].parts.get(str(number))
    if written is None or written.layout not in ("positional", "ber-tlv"):
        return []
    try:
        parts = dialect.parts_of(number, value)
        if written.layout == "ber-tlv":
            return [f"{part.key} {part.name}: {part.value}" for part in parts]
        if not written.repeat:
            return [f"{number}.{part.key} {part.name}: {part.value}" for part in parts]
        groups = [(f"{number}.{part.key}", part.value) for part in parts]
        return [
            f"{path}.{part.key} {part.name}: {part.value}"
            for path, group in groups
            for part in dialect.parts_of(path, group)
        ]
    except DecodeError:
        return []  # a random value, which is not made of parts


CUT = " [truncated]"


def check(found, name, protocol, messages):
    """That tshark saw *messages* under *protocol*, every field and every part of them."""
    dialect = load_dialect(name)
    assert [one for one, _ in found] == [protocol] * len(messages)
    for (_, lines), message in zip(found, messages, strict=True):
        values = {key.removeprefix(f"{protocol}."): text for key, text, _ in lines}
        assert values.pop("mti") == message.mti
        assert bytes.fromhex(values.pop("header", "").replace(":", "")) == message.header
        values.pop("bitmap")
        fields = {f"f{number}": value for number, value in as_shown(dialect, message).items()}
        assert values == fields
        for key, _, inner in lines:
            number = int(key.partition(".f")[2] or 0)
            expected = lines_below(dialect, number, message[number]) if number else []
            for (_, line, _), begins in zip(inner, expected, strict=bool(expected)):
                # Wireshark cuts a label at 240 bytes, and says so in front of it.
                label = line.removeprefix(CUT)
                assert label.startswith(begins[: len(label)] if label != line else begins)


@needs_tshark
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", PORTS)
def test_tshark_shows_every_field(name, shape, dissected):
    found = dissected[50000 + PORTS[name] + SHAPES.index(shape) * 20]
    check(found, name, protocol_of(name), spoken(name))


@needs_tshark
@pytest.mark.parametrize("case", FRAMED)
def test_tshark_finds_frames_however_their_length_is_written(case, dissected):
    at, name = list(FRAMED).index(case), FRAMED[case][0]
    check(dissected[60000 + at], name, protocol_of(f"framed {at}"), short(name))


@needs_tshark
def test_nothing_need_be_set_and_card_data_stays_masked(tmp_path):
    """On the port of its default, several messages in a segment, and one whose length is none."""
    data = load_dialect("pos").pack(SALE)
    framed = FRAMING.frame(data)
    packets = stream(50000, PORT, [framed + framed[:9], framed[9:] + b"\0\3\2\0"])
    packets += stream(50001, 8584, [b"four" + data]) + stream(50002, 8585, [data])
    scripts = {
        "iso8583_pos": export_wireshark("pos", WRITTEN["pos"]).text,
        "iso8583_digits": export_wireshark("digits", WRITTEN["pos"], 8584).text,
        "iso8583_bare": export_wireshark("bare", WRITTEN["pos"], 8585).text,
    }
    preferences = ["iso8583_digits.length:ascii4", "iso8583_bare.length:none"]
    found = dissect(tmp_path, scripts, packets, *preferences)
    assert len(found[50000]) == 2
    for protocol, lines in found[50000]:
        assert protocol == "iso8583_pos"
        values = {key: text for key, text, _ in lines}
        assert values["iso8583_pos.f4"] == SALE[4]
        assert values["iso8583_pos.f2"] == "*** (16)"
        assert values["iso8583_pos.f35"].startswith("*** (")
    assert [len(lines) for _, lines in found[50002]] == [len(SALE.fields) + 2]
    assert found[50001] == [("iso8583_digits", [(*NO_LENGTH, [])])]


NO_LENGTH = ("_ws.lua.text", "the length of the message is no number")
