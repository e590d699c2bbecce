"""A card that is not there: what a request brings to prove it, and what its issuer says of that.

A request has it in field 48, an answer in field 44: tags of two characters, two digits of length,
a value. That is how programs of ours say it; how a network carries it, a dialect says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

from msgspec import Struct

from ..codes import CARD_UNKNOWN, CVV2_TAG, FORMAT_ERROR, INVALID_AMOUNT, INVALID_TRANSACTION
from ..errors import DecodeError
from ..message import Message
from ..tlv import pack_private, unpack_private

PROOFS: Final = 48
CHECKS: Final = 44
POSTAL_MAX: Final = 9  # characters of a postal code, and of the digits of a street
STREET_MAX: Final = 5
CVC_MAX: Final = 4
_DIGITS: Final = frozenset("0123456789")
# With these, field 44 names the field that is wrong.
NAMES_A_FIELD: Final = frozenset([INVALID_TRANSACTION, INVALID_AMOUNT, CARD_UNKNOWN, FORMAT_ERROR])
# By the names of what they hold.
PROOF_TAGS: Final[Mapping[str, str]] = {
    "cvc": CVV2_TAG,
    "address": "82",
    "eci": "42",
    "cavv": "43",
    "ds_transaction": "66",
    "version": "67",
}
CHECK_TAGS: Final[Mapping[str, str]] = {"cvc": "87", "address": "83", "cavv": "45"}
_BAR: Final = "|"
_ATTEMPTED: Final = frozenset(["06", "01"])  # ECI: the cardholder was not there to authenticate
# Whether the postal code fits, whether the street does; None where one of both sides lacks it.
_ADDRESS_RESULTS: Final[Mapping[tuple[bool | None, bool | None], str]] = {
    (True, True): "Y",
    (True, False): "Z",
    (True, None): "P",
    (False, True): "A",
    (None, True): "B",
    (False, False): "N",
    (False, None): "N",
    (None, False): "N",
    (None, None): "U",
}
Channel = Literal["ecommerce", "mail", "on_file", "typed"]
CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)
_ON_FILE: Final = "10"  # field 22: how the number was read
_CONDITIONS: Final[Mapping[str, Channel]] = {"59": "ecommerce", "08": "mail"}  # field 25


class CardAddress(Struct, frozen=True, gc=False):
    """Where bills go: a postal code, and the digits of the street; either may be empty."""

    postal: str = ""
    street: str = ""

    @property
    def text(self) -> str:
        """As field 48 has it.

        >>> CardAddress("10115", "12").text
        '10115|12'
        """
        return f"{self.postal}{_BAR}{self.street}"


class Proofs(Struct, frozen=True, kw_only=True, gc=False):
    """What a request brings. Never stored, nor shown: what is empty, it does not bring.

    *cvc* is ``None`` where nothing is said of it, and empty where the merchant says there is none.
    """

    cvc: str | None = None
    address: str = ""  # as :attr:`CardAddress.text`
    eci: str = ""  # two digits
    cavv: str = ""
    ds_transaction: str = ""
    version: str = ""

    @property
    def tags(self) -> dict[str, str]:
        """Those that are there by their tags, for :func:`~cardswitch.specs.tlv.pack_private`.

        >>> Proofs(cvc="123", address="10115|12").tags
        {'92': '123', '82': '10115|12'}
        """
        said = {tag: getattr(self, name) for name, tag in PROOF_TAGS.items() if name != "cvc"}
        cvc = {} if self.cvc is None else {CVV2_TAG: self.cvc}
        return {**cvc, **{tag: value for tag, value in said.items() if value}}

    def __repr__(self) -> str:
        """Names alone."""
        return f"<proofs {', '.join(tag for tag in self.tags)}>"


class Checks(Struct, kw_only=True, gc=False):
    """What an issuer finds of each, a letter or digit; empty where nothing was sent."""

    cvc: str = ""
    address: str = ""
    cavv: str = ""

    def said(self, code: str) -> dict[int, str]:
        """Field 44 of the answer *code*; nothing if there is nothing to say, or no room for it.

        >>> Checks(cvc="M", address="Z").said("51"), Checks(cvc="M").said("30")
        ({44: '8701M8301Z'}, {})
        """
        said = {tag: value for name, tag in CHECK_TAGS.items() if (value := getattr(self, name))}
        if not said or code in NAMES_A_FIELD:
            return {}
        return {CHECKS: pack_private(said, str(CHECKS))}


def read_proofs(request: Message) -> Proofs:
    """What *request* brings. Raises DecodeError, naming field or part.

    >>> read_proofs(Message("0200", {48: "92031238203|12"})).address
    '|12'
    """
    tags = unpack_private(request.get(PROOFS))
    values = {name: tags[tag] for name, tag in PROOF_TAGS.items() if tag in tags}
    proofs = Proofs(**values)
    if not _DIGITS.issuperset(proofs.cvc or "") or len(proofs.cvc or "") > CVC_MAX:
        raise DecodeError(f"up to {CVC_MAX} digits", field=f"{PROOFS}.{CVV2_TAG}")
    read_address(proofs.address)
    return proofs


def read_address(text: str) -> CardAddress | None:
    """The address that *text* is; None if it is empty. Raises DecodeError."""
    if not text:
        return None
    postal, bar, street = text.partition(_BAR)
    postal, street = postal.strip(" "), street.strip(" ")
    if not bar or _BAR in street or len(postal) > POSTAL_MAX or len(street) > STREET_MAX:
        expected = f"a postal code of up to {POSTAL_MAX}, {_BAR}, {STREET_MAX} of the street"
        raise DecodeError(expected, field=f"{PROOFS}.{PROOF_TAGS['address']}")
    return CardAddress(postal, street)


def read_checks(answer: Message) -> Checks:
    """What *answer* says of each; nothing where its field 44 is none of ours.

    >>> read_checks(Message("0210", {39: "00", 44: "8701M"})).cvc
    'M'
    """
    if answer.get(39) in NAMES_A_FIELD:
        return Checks()
    try:
        tags = unpack_private(answer.get(CHECKS), str(CHECKS))
    except DecodeError:
        return Checks()
    return Checks(**{name: tags[tag] for name, tag in CHECK_TAGS.items() if tag in tags})


def address_result(on_file: CardAddress, sent: CardAddress) -> str:
    """How *sent* agrees with what is *on_file*: Y Z A N, P B where one half is told, U neither.

    >>> home, typed = CardAddress("SW1A 2AA", "10"), CardAddress("sw1a2aa", "10")
    >>> address_result(home, typed), address_result(home, CardAddress("", "9"))
    ('Y', 'N')
    """
    postal = _agrees(on_file.postal, sent.postal)
    return _ADDRESS_RESULTS[postal, _agrees(on_file.street, sent.street)]


def _agrees(one: str, other: str) -> bool | None:
    return _bare(one) == _bare(other) if one and other else None


def _bare(text: str) -> str:
    return text.replace(" ", "").replace("-", "").upper()


def cavv_result(proofs: Proofs, right: str) -> str:
    """What a CAVV is worth that should be *right*: 2 good, 1 bad; after a mere attempt 3 and 4."""
    is_right = proofs.cavv == right
    if proofs.eci in _ATTEMPTED:
        return "3" if is_right else "4"
    return "2" if is_right else "1"


def channel_of(request: Message) -> Channel:
    """How the number of a card that was not read came to the merchant: fields 22 and 25.

    >>> channel_of(Message("0200", {22: "812", 25: "59"})), channel_of(Message("0200", {22: "012"}))
    ('ecommerce', 'typed')
    """
    is_on_file = request.get(22)[:2] == _ON_FILE
    return "on_file" if is_on_file else _CONDITIONS.get(request.get(25), "typed")
