"""Published RSA keys and signatures, as values; a new key is one of these wherever it may be."""

import tomllib
from base64 import urlsafe_b64decode
from pathlib import Path
from typing import Any

from cardswitch.specs.security.rsa import RsaPrivateKey

KNOWN = tomllib.loads((Path(__file__).parents[2] / "vectors" / "rsa.toml").read_text("utf-8"))


def number_of(key: dict[str, Any], name: str) -> int:
    """A number of a key, in whatever way it is written."""
    is_base64 = key.get("base64url", False)
    return int.from_bytes(from_base64(key[name]) if is_base64 else bytes.fromhex(key[name]), "big")


def from_base64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def data_of(case: dict[str, Any]) -> bytes:
    """What was signed."""
    return case["text"].encode() if "text" in case else bytes.fromhex(case["data"])


def signature_of(case: dict[str, Any]) -> bytes:
    """What it is."""
    return (
        from_base64(case["base64url"]) if "base64url" in case else bytes.fromhex(case["signature"])
    )


KEYS = {
    name: RsaPrivateKey(number_of(key, "p"), number_of(key, "q"))
    for name, key in KNOWN["keys"].items()
}
SHORT_KEY, KEY = KEYS["laboratories"], KEYS["rfc7515"]  # of 1024 and of 2048 bits
