"""The messages of EMV 3-D Secure 2.2, less what nobody here reads: JSON, by their public names."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64
from typing import Annotated, Final, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct, field

from cardswitch.specs.errors import FormatError

from .outcomes import TransStatus

VERSION: Final = "2.2.0"
_Id = Annotated[str, Meta(pattern=r"\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")]
_Url = Annotated[str, Meta(max_length=2048, pattern=r"\Ahttps://")]
_Digits = Annotated[str, Meta(pattern=r"\A[0-9]{1,48}\Z")]
_One = Annotated[str, Meta(pattern=r"\A[0-9]\Z")]
_Two = Annotated[str, Meta(pattern=r"\A[0-9]{2}\Z")]
_Three = Annotated[str, Meta(pattern=r"\A[0-9]{3}\Z")]
_Cavv = Annotated[str, Meta(pattern=r"\A([0-9A-Za-z+/=]{28})?\Z")]
# What is authenticated: a payment, or a card that is to be kept.
Category = Literal["01", "02"]
# What a merchant wishes: nothing, a challenge, or a challenge that must be.
Preference = Literal["01", "03", "04"]


class Message3ds(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="messageType"):
    """What all have in common: the numbers by which both sides know it."""

    message_version: Annotated[str, Meta(max_length=8)] = field(name="messageVersion")
    transaction: _Id = field(name="threeDSServerTransID")

    def __repr__(self) -> str:
        """Of which it is, alone: it may hold a card number, or what proves an authentication."""
        return f"<{type(self).__name__} {self.transaction}>"


class Prior(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An authentication of before, of the same card at the same merchant."""

    acs_transaction: _Id = field(name="threeDSReqPriorRef")
    method: Literal["01", "02"] = field(name="threeDSReqPriorAuthMethod")  # at once, or challenged


class AReq(Message3ds, frozen=True, kw_only=True, omit_defaults=True, tag="AReq"):
    """The 3DS server asks, by way of the directory: is it the cardholder who buys this?

    Where a card is to be kept, nothing is bought: then there is no amount.
    """

    ds_transaction: _Id = field(name="dsTransID")
    category: Category = field(name="messageCategory")
    channel: Literal["02"] = field(name="deviceChannel")  # a browser
    number: Annotated[str, Meta(pattern=r"\A[0-9]{13,19}\Z")] = field(name="acctNumber")
    expiry: Annotated[str, Meta(pattern=r"\A[0-9]{4}\Z")] = field(name="cardExpiryDate")
    amount: _Digits | Literal[""] = field(name="purchaseAmount", default="")
    currency: _Three | Literal[""] = field(name="purchaseCurrency", default="")
    exponent: _One | Literal[""] = field(name="purchaseExponent", default="")
    date: Annotated[str, Meta(pattern=r"\A[0-9]{14}\Z")] = field(name="purchaseDate")
    merchant: Annotated[str, Meta(max_length=40)] = field(name="merchantName")
    merchant_id: Annotated[str, Meta(max_length=35)] = field(name="acquirerMerchantID")
    notification_url: _Url = field(name="notificationURL")
    results_url: _Url = field(name="dsURL")  # where the result is to be told
    preference: Preference = field(name="threeDSRequestorChallengeInd", default="01")
    prior: Prior | None = field(name="threeDSRequestorPriorAuthenticationInfo", default=None)
    accept: Annotated[str, Meta(max_length=2048)] = field(name="browserAcceptHeader")
    agent: Annotated[str, Meta(max_length=2048)] = field(name="browserUserAgent")
    language: Annotated[str, Meta(max_length=35)] = field(name="browserLanguage", default="en")
    has_script: bool = field(name="browserJavascriptEnabled", default=False)

    def __repr__(self) -> str:
        return super().__repr__()


class ARes(Message3ds, frozen=True, kw_only=True, omit_defaults=True, tag="ARes"):
    """The access control server says so, or that the cardholder is to be asked at *acs_url*."""

    ds_transaction: _Id = field(name="dsTransID")
    acs_transaction: _Id = field(name="acsTransID")
    status: TransStatus = field(name="transStatus")
    reason: _Two | Literal[""] = field(name="transStatusReason", default="")
    eci: _Two | Literal[""] = field(name="eci", default="")
    cavv: _Cavv = field(name="authenticationValue", default="")
    acs_url: _Url | Literal[""] = field(name="acsURL", default="")
    is_mandated: Literal["Y", "N"] = field(name="acsChallengeMandated", default="N")

    def __repr__(self) -> str:
        return super().__repr__()


class CReq(Message3ds, frozen=True, kw_only=True, omit_defaults=True, tag="CReq"):
    """The browser comes to be asked."""

    acs_transaction: _Id = field(name="acsTransID")
    window: Literal["01", "02", "03", "04", "05"] = field(name="challengeWindowSize")


class CRes(Message3ds, frozen=True, kw_only=True, omit_defaults=True, tag="CRes"):
    """The browser goes back: nothing that it says of the result counts."""

    acs_transaction: _Id = field(name="acsTransID")
    is_complete: Literal["Y", "N"] = field(name="challengeCompletionInd")
    status: TransStatus = field(name="transStatus")


class RReq(Message3ds, frozen=True, kw_only=True, omit_defaults=True, tag="RReq"):
    """The result of a challenge, from server to server: this one counts."""

    ds_transaction: _Id = field(name="dsTransID")
    acs_transaction: _Id = field(name="acsTransID")
    category: Category = field(name="messageCategory")
    status: TransStatus = field(name="transStatus")
    reason: _Two | Literal[""] = field(name="transStatusReason", default="")
    cancel: _Two | Literal[""] = field(name="challengeCancel", default="")
    eci: _Two | Literal[""] = field(name="eci", default="")
    cavv: _Cavv = field(name="authenticationValue", default="")
    tries: _Two = field(name="interactionCounter", default="00")

    def __repr__(self) -> str:
        return super().__repr__()


class RRes(Message3ds, frozen=True, kw_only=True, omit_defaults=True, tag="RRes"):
    """The result is taken."""

    ds_transaction: _Id = field(name="dsTransID")
    acs_transaction: _Id = field(name="acsTransID")
    status: Literal["01"] = field(name="resultsStatus")


class Erro(Struct, frozen=True, kw_only=True, tag_field="messageType", tag="Erro"):
    """What came cannot be read, or is of nothing that is known."""

    message_version: str = field(name="messageVersion", default=VERSION)
    code: _Three = field(name="errorCode")
    component: Literal["A", "D", "S"] = field(name="errorComponent")
    text: str = field(name="errorDescription")
    of: str = field(name="errorMessageType", default="")


UNREADABLE: Final = "203"  # of an Erro: the format of one or more elements
UNKNOWN: Final = "301"  # the numbers are of no transaction
M = TypeVar("M", bound=Message3ds)
_encode: Final = msgspec.json.Encoder().encode


def read(kind: type[M], data: bytes) -> M:
    """*data* as a *kind*. Raises FormatError, which holds nothing of what was sent.

    >>> read(CReq, b"{}")
    Traceback (most recent call last):
    cardswitch.specs.errors.FormatError: expected a CReq of 3-D Secure 2.2
    """
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise FormatError(f"a {kind.__name__} of 3-D Secure 2.2") from None


def write(message: Message3ds | Erro) -> bytes:
    """*message* as it goes from server to server."""
    return _encode(message)


def read_form(kind: type[M], text: str) -> M:
    """*text*, a form's field `creq` or `cres`, as a *kind*. Raises FormatError."""
    try:
        data = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (NoBase64, ValueError):
        raise FormatError(f"a {kind.__name__} of 3-D Secure 2.2, as base64url") from None
    return read(kind, data)


def write_form(message: Message3ds) -> str:
    """*message* as a browser carries it: base64url without its end.

    >>> text = write_form(CReq(message_version=VERSION, transaction="0" * 8 + "-0000" * 3 + "-" +
    ...     "0" * 12, acs_transaction="0" * 8 + "-0000" * 3 + "-" + "0" * 12, window="05"))
    >>> read_form(CReq, text).window
    '05'
    """
    return urlsafe_b64encode(write(message)).rstrip(b"=").decode()
