"""Places: what a section of the configuration says about an address, and what is spoken there."""

from pathlib import Path

import pytest

from cardswitch.specs.errors import ConfigError, DialectError
from cardswitch.specs.message import Message
from cardswitch.wire.operator.addresses import Address, IsoAddress, address_rule, url_in
from cardswitch.wire.operator.config import section

ECHO = Message("0800", {7: "0329010000", 11: "000001", 70: "301"})


def place(**table):
    return section({"listener": table}, "listener", IsoAddress, "lab.toml")


def test_what_is_left_out_is_the_most_common():
    assert place(port=7100) == IsoAddress(
        host="127.0.0.1", port=7100, dialect="iso87-ascii", framing="ascii4", header="none"
    )


def test_a_channel_speaks_what_is_written():
    channel = place(port=0, dialect="pos", framing="binary2", header="tpdu").channel()
    assert channel.framing.length_encoding == "binary2"
    assert channel.encode(ECHO).hex().startswith("6000000000" + "0800")


def test_without_a_header_the_message_comes_first():
    assert place(port=0).channel().encode(ECHO).startswith(b"0800")


def test_an_unknown_dialect_is_named():
    with pytest.raises(DialectError, match="klingon"):
        place(port=0, dialect="klingon").channel()


def test_what_is_said_otherwise_there_is_translated():
    assert place(port=0, dialect="pos").translation() is None
    said = place(port=0, dialect="iso93-ascii", mtis={"0420": "0400"}).translation()
    assert said.say(Message("0421", {11: "000001"}), 0.0).message.mti == "1401"


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({}, "port"),
        (
            {"port": 1, "mtis": {"0200": "0100"}},
            r"mtis: 0200 = '0100': another class is 0100 there already",
        ),
        (
            {"port": 1, "mtis": {"0220": "0120", "0420": "0120"}},
            "another class is 0120 there already",
        ),
        ({"mtis": {"0210": "0110"}}, "regex"),
        ({"mtis": {"0220": "0121"}}, r"mtis.0220"),
        ({"port": 65_536}, r"listener\.port"),
        ({"port": -1}, r"listener\.port"),
        ({"port": "7100"}, r"listener\.port"),
        ({"port": 1, "framing": "ascii2"}, r"listener\.framing"),
        ({"port": 1, "header": "TPDU"}, r"listener\.header"),
        ({"port": 1, "hots": "::1"}, "did you mean host"),
    ],
)
def test_what_cannot_be_is_refused_by_key(table, expected):
    with pytest.raises(ConfigError, match=expected):
        place(**table)


def test_an_address_has_a_port_and_nothing_of_messages():
    assert Address(port=1).host == "127.0.0.1"
    with pytest.raises(TypeError):
        Address(port=1, dialect="pos")


def test_paths_of_a_peer_count_from_the_folder_of_the_file():
    peer = Address(port=1, tls_ca="ca.pem", tls_certificate="/etc/client.pem")
    resolved = Address(port=1, tls_ca="/lab/ca.pem", tls_certificate="/etc/client.pem")
    assert peer.placed(Path("/lab")) == resolved
    assert Address(port=1).placed(Path("/lab")) == Address(port=1)


def test_an_old_name_of_a_key_says_the_new_one():
    with pytest.raises(ConfigError, match=r"listener\.tls_clients: .* it is called tls_ca now"):
        place(port=1, tls_clients="ca.pem")


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:////var/switch.db", "postgresql+psycopg:///switch"]
)
def test_what_is_no_relative_path_stays(url):
    assert url_in(Path("/lab"), url) == url


# Who may connect ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("allow", "peer", "expected"),
    [
        (["127.0.0.1"], "127.0.0.1", True),
        (["127.0.0.1"], "127.0.0.2", False),
        (["127.0.0.1"], "::ffff:127.0.0.1", True),
        (["127.0.0.1"], "::1", False),
        (["::1"], "::1", True),
        (["fe80::/10"], "fe80::1%eth0", True),
        (["10.1.0.0/16", "::1"], "10.1.255.255", True),
        (["10.1.0.0/16"], "10.2.0.0", False),
        (["0.0.0.0/0"], "8.8.8.8", True),
        ([], "127.0.0.1", False),
        (["0.0.0.0/0", "::/0"], "", False),
        (["0.0.0.0/0", "::/0"], "somewhere", False),
    ],
)
def test_addresses(allow: list[str], peer: str, expected: bool) -> None:
    assert address_rule(allow, "hsm.allow")(peer) is expected


@pytest.mark.parametrize("text", ["localhost", "10.1.2.3/16", "", "300.1.1.1"])
def test_what_is_no_address_is_named(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^hsm\.allow: "):
        address_rule([text], "hsm.allow")
