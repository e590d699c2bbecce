"""Key blocks (TR-31:2018, X9.143; E: ISO 20038): a key wrapped together with what it is for.

    B0080P0TE00E0000 | 94B420079CC80BA3461F86FE26EFC4A3B8E4FA4C5F534117 | 6EED7B727B8A248E
    header           | encrypted: bits of the key, key, padding         | MAC of both

`tr31_header` and `tr31_blocks` read and write the header, `tr31_crypto` protects; here they meet.
"""

from __future__ import annotations

from typing import Final

from .digits import UPPER_HEX, hex_bytes
from .errors import KeyBlockRefused, KeyRefused
from .tr31_crypto import AES_VERSIONS, MAC_LENGTHS, open_tr31, protect_tr31
from .tr31_header import CIPHER_BLOCKS, KeyBlockHeader, read_header_tr31, write_header_tr31

# Algorithms whose keys have one of a few lengths in bytes; others have any up to the longest.
KEY_LENGTHS_OF: Final = {"D": (8,), "T": (16, 24), "A": (16, 24, 32)}
KEY_LENGTH_MAX: Final = 0xFFFF // 8  # two bytes count its bits
# The longest key of its algorithm, which padding may feign.
HIDDEN_LENGTHS: Final = {"D": 24, "T": 24, "A": 32}
# NIST SP 800-57 part 1, table 2: bits of security of DES and of triple DES by their length.
_TDES_STRENGTHS: Final = {8: 56, 16: 80, 24: 112}
_BITS_LENGTH: Final = 2


def wrap_key_tr31(kbpk: bytes, header: KeyBlockHeader, key: bytes, padding: bytes) -> str:
    """*key* under *kbpk* with *header*, as text; undone by :func:`unwrap_key_tr31`.

    *padding* is random, of as many bytes as :func:`padding_length_tr31` says, or more in whole
    blocks, so that the length of the key is hidden. Whether *kbpk* is strong enough, ask
    :func:`require_strong_kbpk_tr31`. Raises KeyRefused (``length``: of *kbpk* or *key*) and
    KeyBlockRefused: ``length``, ``block``, ``payload`` (of *padding*). TR-31:2018, A.7.2.1:

    >>> kbpk = bytes.fromhex("89E88CF7931444F334BD7547FC3F380C")
    >>> key = bytes.fromhex("F039121BEC83D26B169BDCD5B22AAF8F")
    >>> header = KeyBlockHeader(
    ...     version="A", usage="P0", algorithm="T", mode_of_use="E", exportability="E"
    ... )
    >>> wrap_key_tr31(kbpk, header, key, bytes.fromhex("720DF563BB07"))
    'A0072P0TE00E0000F5161ED902807AF26F1D62263644BD24192FDB3193C730301CEE8701'
    """
    if not _is_length_of(header.algorithm, len(key)):
        raise KeyRefused("length", f"expected a key of algorithm {header.algorithm}")
    clear = (8 * len(key)).to_bytes(_BITS_LENGTH, "big") + key + padding
    if len(clear) % CIPHER_BLOCKS[header.version]:
        raise KeyBlockRefused("payload", "expected as much padding as padding_length_tr31 says")
    length = 2 * (len(clear) + MAC_LENGTHS[header.version])
    text = write_header_tr31(header, length)
    payload, mac = protect_tr31(header.version, kbpk, text.encode("ascii"), clear)
    return text + payload.hex().upper() + mac.hex().upper()


def unwrap_key_tr31(kbpk: bytes, text: str) -> tuple[KeyBlockHeader, bytes]:
    """The header and the key of *text*, a key block under *kbpk*.

    The MAC is checked before anything of the payload is looked at. Raises KeyRefused (``length``:
    of the *kbpk*) and KeyBlockRefused: ``version``, ``length``, ``header``, ``block``, ``payload``,
    ``mac``, ``key``. TR-31:2018, A.7.4:

    >>> kbpk = bytes.fromhex("88E1AB2A2E3DD38C1FA039A536500CC8A87AB9D62DC92C01058FA79F44657DE6")
    >>> header, key = unwrap_key_tr31(
    ...     kbpk,
    ...     "D0112P0AE00E0000B82679114F470F540165EDFBF7E250FCEA43F810D215F8D2"
    ...     "07E2E417C07156A27E8E31DA05F7425509593D03A457DC34",
    ... )
    >>> key.hex().upper()
    '3F419E1CB7079442AA37474C2EFBF8B8'
    """
    header, end = read_header_tr31(text)
    body = _read_hex(text, end)
    mac_length = MAC_LENGTHS[header.version]
    payload, mac = body[:-mac_length], body[-mac_length:]
    if not payload or len(payload) % CIPHER_BLOCKS[header.version]:
        raise KeyBlockRefused("payload", "expected whole blocks of the cipher and a MAC", end)
    clear = open_tr31(header.version, kbpk, text[:end].encode("ascii"), payload, mac)
    return header, _key_of(header, clear)


def padding_length_tr31(version: str, key_length: int, hidden_length: int = 0) -> int:
    """How many bytes of padding a key of *key_length* bytes needs in a key block of *version*.

    With *hidden_length* the block looks as if it held a key of as many bytes (see HIDDEN_LENGTHS).
    Raises KeyBlockRefused (``version``).

    >>> padding_length_tr31("D", 16), padding_length_tr31("D", 16, hidden_length=32)
    (14, 30)
    """
    block = CIPHER_BLOCKS.get(version)
    if block is None:
        raise KeyBlockRefused("version", "expected version A, B, C, D or E", 0)
    longest = max(key_length, hidden_length)
    return longest - key_length + -(_BITS_LENGTH + longest) % block


def require_strong_kbpk_tr31(kbpk: bytes, header: KeyBlockHeader, key_length: int) -> None:
    """Raise KeyRefused (``strength``) if *kbpk* is weaker than the key of *header* under it.

    Bits of security are those of NIST SP 800-57. An HMAC key counts 8 bits a byte, but no more than
    AES-256; the length of an asymmetric key does not tell its strength: it is not judged.

    >>> header = KeyBlockHeader(version="D", usage="P0", algorithm="A", mode_of_use="E")
    >>> require_strong_kbpk_tr31(bytes(16), header, 16)
    >>> require_strong_kbpk_tr31(bytes(16), header, 32)
    Traceback (most recent call last):
    cardswitch.specs.security.errors.KeyRefused: expected a KBPK of 256 bits of security, seen 128
    """
    is_aes = header.version in AES_VERSIONS
    strength = 8 * len(kbpk) if is_aes else _TDES_STRENGTHS.get(len(kbpk), 0)
    needed = _strength(header.algorithm, key_length)
    if strength < needed:
        text = f"expected a KBPK of {needed} bits of security, seen {strength}"
        raise KeyRefused("strength", text)


def _strength(algorithm: str, key_length: int) -> int:
    if algorithm in ("D", "T"):
        return _TDES_STRENGTHS.get(key_length, 0)
    return min(8 * key_length, 256) if algorithm in ("A", "H") else 0


def _is_length_of(algorithm: str, length: int) -> bool:
    lengths = KEY_LENGTHS_OF.get(algorithm)
    return 0 < length <= KEY_LENGTH_MAX if lengths is None else length in lengths


def _read_hex(text: str, offset: int) -> bytes:
    body = hex_bytes(text[offset:])
    if body is not None:
        return body
    places = (n for n in range(offset, len(text)) if text[n] not in UPPER_HEX)
    raise KeyBlockRefused("payload", "expected upper-case hexadecimal", next(places, len(text)))


def _key_of(header: KeyBlockHeader, clear: bytes) -> bytes:
    bits = int.from_bytes(clear[:_BITS_LENGTH], "big")
    key = clear[_BITS_LENGTH : _BITS_LENGTH + bits // 8]
    if 8 * len(key) != bits or not _is_length_of(header.algorithm, len(key)):
        raise KeyBlockRefused("key", f"expected a key of algorithm {header.algorithm}")
    return key
