"""What an 0800 says of keys: written and read again, in a scheme and as a key block."""

import pytest
from msgspec.structs import replace

from cardswitch.specs.dialect import load_dialect
from cardswitch.wire.machine.keys.offers import Offer, read_offer
from tests.kit.keys import PLAN

BLOCK = "RB0080P0TE00E0000" + "7" * 64


@pytest.mark.parametrize("kind", ["pin", "mac"])
@pytest.mark.parametrize("key", ["X" + "5" * 32, BLOCK])
def test_an_offer_is_read_as_it_was_written(kind, key):
    offer = Offer(kind, "A1B2C3", key)
    request = offer.request(1_774_746_000.0)
    assert request[70] == "161"
    assert read_offer(request) == offer


@pytest.mark.parametrize("dialect", ["iso87-ascii", "iso87-binary", "iso87-bcd-ebcdic", "pos"])
def test_it_fits_into_messages_of_1987(dialect):
    spoken = load_dialect(dialect)
    request = Offer("pin", "A1B2C3", BLOCK).request(1_774_746_000.0).with_fields({11: "000001"})
    assert spoken.unpack(spoken.pack(request)) == request


def test_asking_for_a_key_names_its_kind_alone():
    request = Offer("mac").request(0.0)
    assert (request[70], request[48]) == ("162", "M")
    assert read_offer(request) == Offer("mac")
    assert read_offer(request.with_fields({48: "MA1B2C3"})) is None


@pytest.mark.parametrize(("configured", "scheme"), [("U", "U"), ("T", "T"), ("S", "S"), ("0", "U")])
def test_a_new_key_is_kept_as_the_configured_one_is(configured, scheme):
    plan = replace(PLAN, configured={"pin": configured + "1" * 32})
    assert plan.scheme_under_lmk("pin") == scheme
    assert plan.kinds == ("pin",)
