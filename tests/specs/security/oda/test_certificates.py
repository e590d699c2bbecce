"""Certificates: published ones open to what their publishers say, and spoilt ones are refused."""

from hashlib import sha1

import pytest

from cardswitch.specs.security.errors import CertificateRefused
from cardswitch.specs.security.oda.certificates import (
    OdaKey,
    authority_key,
    recover_icc_key,
    recover_issuer_key,
    recover_pin_key,
)
from cardswitch.specs.security.oda.signatures import static_data
from tests.kit.samples.oda import (
    AUTHORITY,
    CARD,
    CARDS,
    DATE,
    ISSUER,
    PAN,
    card_head,
    issuer_head,
    value,
)


def published_issuer(card, **changed):
    given = {
        "certificate": value(card, "issuer_certificate"),
        "remainder": value(card, "issuer_remainder"),
        "exponent": value(card, "issuer_exponent"),
        "pan": CARDS[card]["pan"],
        "date": CARDS[card].get("date", "250506"),
        **changed,
    }
    return recover_issuer_key(OdaKey(value(card, "authority"), b"\x03"), **given)


@pytest.mark.parametrize("card", ["visa_94", "mastercard_f1"])
def test_published_issuers(card):
    key, known = published_issuer(card), CARDS[card]
    assert (key.expiry, key.serial) == (known["issuer_expiry"], known["issuer_serial"])
    assert known["pan"].startswith(key.subject)
    assert key.modulus in value(card, "issuer_message")
    icc = key.open(value(card, "icc_certificate"))
    assert icc[21:37].hex().upper() == known["icc_modulus_begins"]
    assert icc.hex().upper() == known.get("icc_message", icc.hex().upper())


def test_a_whole_published_card():
    signed = static_data(
        [value("emvpt_92", "record")], value("emvpt_92", "tag_list"), value("emvpt_92", "aip")
    )
    parts = [value("emvpt_92", f"icc_{name}") for name in ("certificate", "remainder", "exponent")]
    known = {"pan": "1234560012345608", "date": "181130"}
    key = recover_icc_key(published_issuer("emvpt_92"), *parts, **known, static_data=signed)
    assert (len(key.modulus), key.expiry) == (128, "2912")
    with pytest.raises(CertificateRefused) as refused:
        recover_icc_key(published_issuer("emvpt_92"), *parts, **known, static_data=signed[:-1])
    assert refused.value.reason == "hash"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"certificate": value("visa_94", "issuer_certificate")[:-1] + b"\x2d"}, "header"),
        ({"certificate": value("visa_94", "issuer_certificate")[:-1]}, "length"),
        ({"exponent": b"\x01\x00\x01"}, "hash"),
        ({"remainder": b"\x00"}, "hash"),
        ({"pan": "4761730000000000"}, None),
        ({"pan": "4761740000000000"}, "subject"),
        ({"date": "311231"}, None),
        ({"date": "320101"}, "expired"),
        ({"date": "991231"}, None),  # of 1999
    ],
)
def test_a_spoilt_or_foreign_certificate_is_refused(changed, reason):
    if reason is None:
        assert published_issuer("visa_94", **changed).serial == "03DA0A"
        return
    with pytest.raises(CertificateRefused) as refused:
        published_issuer("visa_94", **changed)
    assert refused.value.reason == reason


def made(head=None, after=b"\x03", **frame):
    certificate = AUTHORITY.sign((head or issuer_head()) + ISSUER.key.modulus, after, **frame)
    known = {"pan": PAN, "date": DATE}
    return recover_issuer_key(AUTHORITY.key, certificate, b"", b"\x03", **known)


def test_a_certificate_of_our_own_is_taken():
    assert made().modulus == ISSUER.key.modulus


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ({"header": b"\x6b"}, "header"),
        ({"trailer": b"\xbb"}, "header"),
        ({"digest": bytes(20)}, "hash"),
        ({"head": b"\x04" + issuer_head()[1:]}, "format"),
        ({"head": issuer_head(algorithms="0201")}, "algorithm"),
        ({"head": issuer_head(algorithms="0102")}, "algorithm"),
        ({"head": issuer_head(length=255)}, "length"),
        ({"head": issuer_head(length=4)}, "length"),
        ({"head": issuer_head(exponent=3)}, "length"),
        ({"head": issuer_head(subject="99FFFFFF")}, "subject"),
        ({"head": issuer_head(subject="99A999FF")}, "subject"),
        ({"head": issuer_head(expiry="1026")}, "expired"),
    ],
)
def test_what_a_certificate_must_be(how, reason):
    with pytest.raises(CertificateRefused) as refused:
        made(**how)
    assert refused.value.reason == reason


def test_a_key_that_is_too_long_goes_on_in_its_remainder():
    modulus, room = CARD.key.modulus, 128 - 42
    parts = modulus[:room], modulus[room:]
    after = parts[1] + b"\x03" + b"static"
    certificate = ISSUER.sign(card_head() + parts[0], after)
    known = {"pan": PAN, "date": DATE}
    key = recover_icc_key(
        ISSUER.key, certificate, parts[1], b"\x03", **known, static_data=b"static"
    )
    assert key.modulus == modulus
    with pytest.raises(CertificateRefused):  # a key for PINs is signed without them
        recover_pin_key(ISSUER.key, certificate, parts[1], b"\x03", **known)
    of_pins = ISSUER.sign(card_head() + parts[0], parts[1] + b"\x03")
    assert recover_pin_key(ISSUER.key, of_pins, parts[1], b"\x03", **known).modulus == modulus
    with pytest.raises(CertificateRefused) as refused:
        recover_pin_key(ISSUER.key, of_pins, parts[1], b"\x03", pan="9999990000000022", date=DATE)
    assert refused.value.reason == "subject"


def test_an_authoritys_key_has_a_checksum():
    rid, modulus = bytes.fromhex("F099999999"), ISSUER.key.modulus
    checksum = sha1(rid + b"\x01" + modulus + b"\x03").digest()
    assert authority_key(rid, 1, modulus, b"\x03", checksum) == ISSUER.key
    for given in ((rid, 2, modulus, b"\x03"), (rid, 1, modulus[:-1] + b"\x00", b"\x03")):
        with pytest.raises(CertificateRefused) as refused:
            authority_key(*given, checksum)
        assert refused.value.reason == "checksum"
    five = sha1(rid + b"\x01" + modulus + b"\x05").digest()
    with pytest.raises(CertificateRefused) as refused:
        authority_key(rid, 1, modulus, b"\x05", five)
    assert refused.value.reason == "exponent"
