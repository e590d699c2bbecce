"""What a request tells of the card, and which field is named when it tells nonsense."""

import pytest
from msgspec.structs import replace

from cardswitch.hosts.issuer.cards import Presented, read_card
from cardswitch.specs.errors import FormatError
from cardswitch.specs.message import Message
from cardswitch.specs.transactions.absent import Proofs
from cardswitch.specs.transactions.accepted import accept
from cardswitch.specs.transactions.kinds import KINDS

PAN = "9999990000000014"
TRACK = f"{PAN}=30122011432112300000"


SALE = {3: "000000", 4: "000000001250", 7: "1123120000", 11: "000007", 41: "T", 42: "M", 49: "978"}


def card_of(fields: dict[int, str]) -> Presented:
    request = Message("0200", {**SALE, **fields})
    return read_card(request, accept(request, KINDS.named("sale")))


SWIPED = Presented(
    pan=PAN, expiry="3012", has_track=True, service_code="201", cvv="123", pvki="1", pvv="4321"
)
CUT = Presented(pan=PAN, expiry="3012", has_track=True, service_code="201")
TYPED = Presented(pan=PAN, expiry="3012", has_track=False)
CODED = Presented(
    pan=PAN,
    expiry="3012",
    has_track=False,
    service_code="000",
    cvv="456",
    proofs=Proofs(cvc="456"),
)


@pytest.mark.parametrize(
    ("fields", "card"),
    [
        ({35: TRACK}, SWIPED),
        ({2: PAN, 35: TRACK}, SWIPED),
        ({35: f"{PAN}D3012201"}, CUT),
        ({2: PAN}, replace(TYPED, expiry="")),
        ({2: PAN, 14: "3012"}, TYPED),
        ({2: PAN, 14: "3012", 48: "9203456"}, CODED),
        ({2: PAN, 48: "9502AB9203456"}, replace(CODED, expiry="")),
    ],
)
def test_read_card(fields: dict[int, str], card: Presented) -> None:
    assert card_of(fields) == card


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({2: PAN, 48: "92"}, "48"),
        ({2: PAN, 48: "92031239203456"}, "48"),
    ],
)
def test_nonsense_is_named(fields: dict[int, str], field: str) -> None:
    with pytest.raises(FormatError) as caught:
        card_of(fields)
    assert caught.value.field.partition(".")[0] == field
    assert PAN not in str(caught.value)


def test_a_presented_card_is_shown_masked() -> None:
    shown = repr(card_of({35: TRACK}))
    assert shown == "<presented 999999******0014 track>"
