"""Offline data authentication at hand: published cards, and keys to make certificates with."""

import tomllib
from hashlib import sha1
from pathlib import Path
from random import Random

from cardswitch.specs.security.oda.certificates import OdaKey
from cardswitch.specs.security.rsa import generate_key_rsa

CARDS = tomllib.loads((Path(__file__).parents[2] / "vectors/emv_oda.toml").read_text("utf-8"))
PAN = "9999990000000014"
DATE = "261129"


def value(card, name):
    """What the published *card* has as *name*, as bytes."""
    return bytes.fromhex(CARDS[card][name])


class Signer:
    """Somebody with a pair of keys, always the same for *seed*."""

    def __init__(self, seed, bits=1024):
        self._key = generate_key_rsa(bits, 3, Random(seed).randbytes)
        modulus = self._key.public.modulus.to_bytes(bits // 8, "big")
        self.key = OdaKey(modulus, b"\x03")

    def sign(self, head, after=b"", header=b"\x6a", trailer=b"\xbc", digest=None):
        """*head*, padded with BB and hashed together with what comes *after*."""
        size = len(self.key.modulus)
        content = head.ljust(size - 22, b"\xbb")
        digest = digest or sha1(content + after).digest()
        message = header + content + digest + trailer
        number = pow(int.from_bytes(message, "big"), self._key.private_exponent, self.modulus)
        return number.to_bytes(size, "big")

    @property
    def modulus(self):
        """As a number."""
        return int.from_bytes(self.key.modulus, "big")


AUTHORITY, ISSUER, CARD = Signer(1, 2048), Signer(2), Signer(3)


def issuer_head(subject="999999FF", expiry="1230", algorithms="0101", length=128, exponent=1):
    """What a certificate of ISSUER says before its key."""
    return bytes.fromhex(f"02{subject}{expiry}000001{algorithms}{length:02X}{exponent:02X}")


def card_head(subject=f"{PAN}FFFF", expiry="1230"):
    """What a certificate of CARD says before its key."""
    return bytes.fromhex(f"04{subject}{expiry}0000010101{128:02X}01")
