"""SDA, DDA and CDA: published signatures, and what of a signature is not taken."""

from hashlib import sha1

import pytest

from cardswitch.specs.security.errors import CertificateRefused
from cardswitch.specs.security.oda.certificates import OdaKey, recover_icc_key, recover_issuer_key
from cardswitch.specs.security.oda.signatures import (
    CombinedSignature,
    open_cda,
    static_data,
    verify_cda,
    verify_dda,
    verify_sda,
)
from tests.kit.samples.oda import CARD, CARDS, ISSUER, value

CRYPTOGRAM = bytes.fromhex("1122334455667788")
NUMBER = bytes.fromhex("0102030405060708")
UNPREDICTABLE = bytes.fromhex("CAFEBABE")
TRANSACTION = b"data of CDOL1 and the answer"


def issuer(card):
    parts = [value(card, f"issuer_{name}") for name in ("certificate", "remainder", "exponent")]
    date = CARDS[card].get("date", "250506")
    authority = OdaKey(value(card, "authority"), b"\x03")
    return recover_issuer_key(authority, *parts, pan=CARDS[card]["pan"], date=date)


def card_key(card):
    """The card's key, whose hash is over static data that were not published."""
    message = issuer(card).open(value(card, "icc_certificate"))
    room = message[21:-21]
    return OdaKey((room + value(card, "icc_remainder"))[: message[19]], b"\x03")


def test_a_published_dda():
    card, data = "visa_94", value("visa_94", "dda_terminal_data")
    signature = value(card, "dda_signature")
    assert verify_dda(card_key(card), signature, data)
    for spoilt, terminal in ((signature[:-1] + b"\xca", data), (signature, bytes(4))):
        with pytest.raises(CertificateRefused):
            verify_dda(card_key(card), spoilt, terminal)


def test_a_published_card_with_all_that_it_signed():
    names = ("certificate", "remainder", "exponent")
    parts = [value("emvpt_92", f"icc_{name}") for name in names]
    records = [value("emvpt_92", "record")]
    signed = static_data(records, value("emvpt_92", "tag_list"), value("emvpt_92", "aip"))
    known = {"pan": CARDS["emvpt_92"]["pan"], "date": "181130", "static_data": signed}
    key = recover_icc_key(issuer("emvpt_92"), *parts, **known)
    number = verify_dda(
        key, value("emvpt_92", "dda_signature"), value("emvpt_92", "dda_terminal_data")
    )
    assert number.hex() == "002c"


def test_a_published_cda():
    card = "mastercard_f1"
    signature = value(card, "cda_signature")
    assert card_key(card).open(signature) == value(card, "cda_message")
    combined, digest = open_cda(card_key(card), signature, value(card, "cda_unpredictable"))
    assert combined == CombinedSignature(
        value(card, "cda_number"), CARDS[card]["cda_information"], value(card, "cda_cryptogram")
    )
    assert digest == value(card, "cda_hash")
    with pytest.raises(CertificateRefused):
        open_cda(card_key(card), signature[:-1] + b"\x47", value(card, "cda_unpredictable"))


def test_published_static_data_hold_their_code():
    message = issuer("visa_94").open(value("visa_94", "sda_signature"))
    assert message[3:5].hex().upper() == CARDS["visa_94"]["sda_code"]


def signed_static(form=3, algorithm=1, after=b"static data"):
    return ISSUER.sign(bytes([form, algorithm]) + b"\xda\xc0", after)


def test_static_data_are_what_was_signed():
    assert verify_sda(ISSUER.key, signed_static(), b"static data") == b"\xda\xc0"


@pytest.mark.parametrize(
    ("signature", "reason"),
    [
        (signed_static(form=5), "format"),
        (signed_static(algorithm=2), "algorithm"),
        (signed_static(after=b"others"), "hash"),
        (bytes(128), "header"),
        (bytes(127), "length"),
    ],
)
def test_static_data_that_were_not_signed(signature, reason):
    with pytest.raises(CertificateRefused) as refused:
        verify_sda(ISSUER.key, signature, b"static data")
    assert refused.value.reason == reason


def test_what_static_data_are():
    assert static_data([b"one", b"two"], None, b"\x3c\x00") == b"onetwo"
    assert static_data([b"one"], b"\x82", b"\x3c\x00") == b"one\x3c\x00"
    for wrong in (b"", b"\x82\x82", b"\x5a"):
        with pytest.raises(CertificateRefused) as refused:
            static_data([b"one"], wrong, b"\x3c\x00")
        assert refused.value.reason == "tags"


def combined(number=NUMBER, cid=0x80, transaction=TRANSACTION, length=None, tail=b""):
    dynamic = bytes([len(number)]) + number + bytes([cid]) + CRYPTOGRAM
    dynamic += sha1(transaction).digest() + tail
    head = b"\x05\x01" + bytes([length or len(dynamic)]) + dynamic
    return CARD.sign(head, UNPREDICTABLE)


def test_a_cryptogram_that_was_signed():
    made = verify_cda(CARD.key, combined(), UNPREDICTABLE, 0x80, TRANSACTION)
    assert made == CombinedSignature(NUMBER, 0x80, CRYPTOGRAM)


@pytest.mark.parametrize(
    ("signature", "cid", "transaction", "reason"),
    [
        (combined(), 0x40, TRANSACTION, "information"),
        (combined(cid=0x40), 0x80, TRANSACTION, "information"),
        (combined(), 0x80, TRANSACTION + b"!", "transaction"),
        (combined(number=b"\x01"), 0x80, TRANSACTION, "dynamic"),
        (combined(number=bytes(9)), 0x80, TRANSACTION, "dynamic"),
        (combined(tail=b"\x00"), 0x80, TRANSACTION, "dynamic"),
        (combined(length=120), 0x80, TRANSACTION, "dynamic"),
        (combined(length=37), 0x80, TRANSACTION, "dynamic"),
    ],
)
def test_a_cryptogram_that_was_not_signed_so(signature, cid, transaction, reason):
    with pytest.raises(CertificateRefused) as refused:
        verify_cda(CARD.key, signature, UNPREDICTABLE, cid, transaction)
    assert refused.value.reason == reason


def test_another_terminals_number():
    with pytest.raises(CertificateRefused) as refused:
        verify_cda(CARD.key, combined(), bytes(4), 0x80, TRANSACTION)
    assert refused.value.reason == "hash"
