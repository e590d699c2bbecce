"""How the MAC of a message was made is found, frequent slips included."""

import pytest

from cardswitch.hsm_sim.calc.message_macs import covers_of, find_message_mac, mac_of
from cardswitch.hsm_sim.calc.steps import Steps
from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.errors import CryptoError
from cardswitch.specs.message import Message
from cardswitch.specs.security.mac import generate_mac_iso9797

KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
SALE = Message("0200", {3: "000000", 4: "000000001250", 11: "000007", 41: "TERM0001"})
REVERSAL = Message("0420", {11: "000008", 90: "0" * 42})
FIELDS = (0, 11, 4)


def with_mac(message, data, algorithm=3, padding=1, digits=16):
    mac = generate_mac_iso9797(KEY, data, algorithm, padding).hex().upper()[:digits]
    field = 128 if 90 in message.fields else 64
    return message.with_fields({field: mac.ljust(16, "0")})


@pytest.mark.parametrize("name", ["iso87-ascii", "iso87-binary", "iso87-ebcdic"])
@pytest.mark.parametrize("message", [SALE, REVERSAL], ids=["64", "128"])
def test_each_way_and_each_cover_is_found(name, message):
    dialect = load_dialect(name)
    covers = covers_of(dialect, message, FIELDS)
    assert len({data for _, data in covers}) == len(covers)
    for cover, data in covers:
        carried = with_mac(message, data, algorithm=1, padding=2)
        found = find_message_mac(Steps(), KEY, dialect, carried, FIELDS)
        assert found == [f"algorithm 1, padding 2 (80 and zeros), {cover}"]


def test_a_mac_of_four_bytes_has_zeros_behind_it():
    dialect = load_dialect("iso87-ascii")
    _, data = covers_of(dialect, SALE, ())[0]
    carried = with_mac(SALE, data, digits=8)
    assert len(mac_of(carried)) == 4
    found = find_message_mac(Steps(), KEY, dialect, carried)
    assert "algorithm 3, padding 1 (zeros), over all bytes before the MAC" in found


def test_under_another_key_nothing_is_found():
    dialect = load_dialect("iso87-ascii")
    _, data = covers_of(dialect, SALE, ())[0]
    steps = Steps()
    assert find_message_mac(steps, KEY[::-1], dialect, with_mac(SALE, data)) == []
    assert dict(steps.taken)["over all bytes before the MAC"] == data.hex().upper()


def test_without_a_mac_there_is_nothing_to_find():
    with pytest.raises(CryptoError, match="a MAC in field 128"):
        mac_of(REVERSAL)
