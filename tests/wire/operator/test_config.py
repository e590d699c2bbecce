"""What is wrong with a configuration is said with file, key, and what would be right."""

import pytest
from msgspec import Struct

from cardswitch.specs.errors import ConfigError
from cardswitch.wire.framing import Framing
from cardswitch.wire.operator.config import read_config, refuse_unknown, section


class Peer(Struct):
    host: str
    port: int = 0


class Zone(Struct, frozen=True):
    size: int = 0
    peers: dict[str, Peer] = {}


class Switch(Struct):
    name: str = "switch"
    timeout_s: float = 1.0
    framing: Framing = Framing("binary2")
    peers: list[Peer] = []
    routes: dict[str, Peer] = {}
    zone: Zone = Zone()


TEXT = """
[switch]
name = "front"
timeout_s = 2.5
framing = { length_encoding = "ascii4", inclusive = true }
peers = [{ host = "a" }, { host = "b", port = 7 }]
[switch.routes.visa]
host = "c"
"""


def read(tmp_path, text):
    path = tmp_path / "lab.toml"
    path.write_text(text)
    return section(read_config(path), "switch", Switch, path)


def test_a_good_file_is_read(tmp_path):
    assert read(tmp_path, TEXT) == Switch(
        "front",
        2.5,
        Framing("ascii4", inclusive=True),
        [Peer("a"), Peer("b", 7)],
        {"visa": Peer("c")},
    )


def test_a_section_left_out_is_all_defaults(tmp_path):
    assert read(tmp_path, "") == Switch()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("switch = 1", "switch: Expected `object`, got `int`"),
        ('[switch]\ntimeout_s = "2"', "switch.timeout_s: Expected `float`, got `str`"),
        ("[switch]\nname = 5", "switch.name: Expected `str`, got `int`"),
        ("[switch]\npeers = [{ port = 1 }]", "switch.peers[0]: Object missing required"),
        ("[switch]\nnames = 'x'", "switch.names: unknown key, did you mean name?"),
        ("[switch]\nzzz = 1", "switch.zzz: unknown key, expected one of framing, name, peers,"),
        ("[switch]\npeers = [{ host = 'a', prot = 1 }]", "switch.peers[0].prot: unknown key"),
        ("[switch.routes.visa]\nhost = 'a'\nPort = 1", "switch.routes.visa.Port: unknown key"),
        ("[switch.routes]\na = { host = 'a' }\nb = {}", "switch.routes.b: Object missing required"),
        (
            "[switch.rotes.b]\nhost = 'a'\n[switch.routes.b]",
            "switch.routes.b: Object missing "
            "required field `host`; rotes: unknown key, did you mean routes?",
        ),
        ("[switch.zone]\nsize = 1\npeers.a.host = 1", "switch.zone.peers.a.host: Expected `str`"),
        ("[switch.framing]\nlength_encoding = 'bcd3'", "switch.framing.length_encoding: Invalid"),
        ("[switch.framing]\nlength_encoding = 'bcd2'\nframe_size_max = 99999", "switch.framing: f"),
        ("[switch", "not TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, said):
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    place, _, rest = str(caught.value).partition(": ")
    assert place.partition(", line ")[0] == str(tmp_path / "lab.toml")
    assert rest.startswith(said)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[switch]\n\n# a comment\nnames = 'x'", 4),
        ("[switch]\nname = 'x'\n[switch.routes.visa]\nhost = 'a'\nPort = 1", 5),
        ("[switch]\nname = 'x'\n[[switch.peers]]\nhost = 'a'\n[[switch.peers]]\nport = 1", 5),
        ("[switch]\nname = 'x'\ntimeout_s = '2'", 3),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path, text, line):
    with pytest.raises(ConfigError, match=rf"lab\.toml, line {line}: switch\."):
        read(tmp_path, text)


def test_a_file_that_is_not_there_or_not_text_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"none.toml: cannot be read: No such file"):
        read_config(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"b = 1\na = '\xff'")
    with pytest.raises(ConfigError, match=r"bytes.toml, line 2: not UTF-8: save"):
        read_config(tmp_path / "bytes.toml")


def test_a_newcomer_without_a_lab_is_told_how_to_make_one(tmp_path):
    with pytest.raises(ConfigError, match="No such file or directory; `cardswitch up` makes a lab"):
        read_config(tmp_path / "lab.toml")


def test_a_byte_order_mark_of_an_editor_is_no_fault(tmp_path):
    path = tmp_path / "lab.toml"
    path.write_bytes(b"\xef\xbb\xbf[switch]\r\nname = 'x'\r\n")
    assert section(read_config(path), "switch", Switch, path) == Switch("x")


def test_a_section_that_is_needed_and_left_out_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"a\.toml: no section \[peer\]; `cardswitch up` writes"):
        section({"switch": {}}, "peer", Peer, "a.toml")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("setlement", r"line 2: setlement: unknown section, did you mean settlement\?"),
        ("address", r"line 2: address: unknown section, write \[issuer\.cards\.address\]"),
        ("zzz", "zzz: unknown section, expected one of merchants, settlement"),
    ],
)
def test_a_section_that_nobody_knows_is_refused(tmp_path, name, said):
    path = tmp_path / "lab.toml"
    path.write_text(f"[settlement]\n[{name}]  # ours\n")
    with pytest.raises(ConfigError, match=said):
        refuse_unknown(read_config(path), ["settlement"], path)
    refuse_unknown({"settlement": {}, "merchants": []}, ["settlement"], path)
