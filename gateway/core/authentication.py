"""3-D Secure as the gateway has it: whom it asks about a card, what it asks, and what stands."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from cardswitch.specs.amounts import currency
from cardswitch.specs.three_ds.messages import VERSION, AReq, ARes, Preference, Prior
from cardswitch.specs.three_ds.outcomes import PROVEN, Outcome, Party, Result, ResultReason
from cardswitch.wire.machine.matching import Key
from cardswitch.wire.ports import LinkId, Seconds

from .cards import Card

DIRECTORY: Final = LinkId("directory")  # No link: HTTPS carries each question where its range says.
ASK_S: Final[Seconds] = 2.0
CHALLENGE_S: Final[Seconds] = 1_800.0  # until a shopper who was sent to his bank has left
PAGES: Final = "/3ds"  # our pages of challenges
BROWSER: Final = "02"  # deviceChannel
_NAME_MAX: Final = 40
# How the directory server and the issuer's access control server have answered.
TransStatus = Literal["Y", "A", "C", "U", "I"]
Flow = Literal["frictionless", "challenge"]
Wish = Literal["automatic", "any", "challenge"]
_PREFERENCES: Final[dict[Wish, Preference]] = {"automatic": "01", "any": "01", "challenge": "04"}


class Browser(Struct, frozen=True, kw_only=True):
    """What is told of the shopper's browser."""

    accept: str = "*/*"
    agent: str = "unknown"
    language: str = "en"
    has_script: bool = False


class Wanted(Struct, frozen=True, kw_only=True):
    """An authentication that is wanted: its two numbers are by chance, and come with the call."""

    transaction: str
    ds_transaction: str
    wish: Wish = "automatic"
    browser: Browser = Browser()
    return_url: str | None = None  # where the browser goes after a challenge


def wanted_again(wanted: Wanted) -> Wanted:
    """That the cardholder be asked after all, under numbers that nobody has used.

    >>> again = wanted_again(Wanted(transaction="1", ds_transaction="2"))
    >>> again.wish, again.transaction
    ('challenge', '6b86b273-ff34-4fce-819d-6b804eff5a3f')
    """
    return replace(
        wanted,
        transaction=_number_behind(wanted.transaction),
        ds_transaction=_number_behind(wanted.ds_transaction),
        wish="challenge",
    )


def _number_behind(number: str) -> str:
    """A UUID that is as hard to guess as *number*."""
    return uuid_of(sha256(number.encode()).hexdigest())


def uuid_of(text: str) -> str:
    """A UUID of version 4 and variant 8, of the first 30 of those hexadecimal digits.

    >>> uuid_of("0123456789abcdef" * 2)
    '01234567-89ab-4cde-8f01-23456789abcd'
    """
    return "-".join([text[:8], text[8:12], f"4{text[12:15]}", f"8{text[15:18]}", text[18:30]])


class Authentication(Struct, frozen=True, kw_only=True):
    """What came of asking the cardholder; the CAVV that proves it is in memory for one send.

    Of one that was made here, *result* says it; of one of elsewhere, *status* and ECI.
    """

    version: str | None = None
    transaction: str | None = None  # the directory server's number
    eci: str = ""  # two digits; empty: what the card's brand says of a cardholder who was there
    status: TransStatus | None = None
    result: Result | None = None
    reason: ResultReason | None = None
    flow: Flow | None = None
    acs_transaction: str | None = None  # the access control server's number, where it was ours
    has_proof: bool = False  # whether a CAVV goes with it

    @property
    def liable(self) -> Party:
        """Who bears a payment that the cardholder denies, by the ECI and the proof that are sent.

        >>> Authentication(eci="06", has_proof=True).liable, Authentication(eci="06").liable
        ('issuer', 'merchant')
        """
        return "issuer" if self.has_proof and self.eci in PROVEN else "merchant"


class Challenge(Struct, frozen=True, kw_only=True):
    """The shopper is to be asked by his bank: on our page *url*, until *until*."""

    transaction: str
    ds_transaction: str
    url: str
    until: Seconds
    return_url: str | None = None
    was_declined: bool = False  # for lack of it, by the issuer


class Range(Struct, frozen=True, kw_only=True):
    """The cards whose numbers begin so, and who authenticates their holders."""

    cards: tuple[str, ...]
    url: str
    # if_needed: only where the merchant wants it, or the issuer declines for the lack of it
    asked: Literal["always", "if_needed"] = "always"


class Directory(Struct, frozen=True, kw_only=True):
    """The table of ranges, and where answers come to."""

    ranges: tuple[Range, ...] = ()
    pages_url: str = ""  # of our pages, where a browser comes back
    results_url: str = ""  # where results are told
    merchants: Mapping[str, str] = {}  # their names, as cardholders know them
    goes_on: bool = True  # whether a payment does whose authentication is not to be had

    def find(self, number: str) -> Range | None:
        """Who authenticates the holder of the card *number*: the longest beginning counts.

        >>> acs = Range(cards=("4", "400000"), url="https://acs.example/areq")
        >>> Directory(ranges=(acs,)).find("5555") is None
        True
        """
        fits = [
            (len(begin), each)
            for each in self.ranges
            for begin in each.cards
            if number.startswith(begin)
        ]
        return max(fits, key=lambda pair: pair[0])[1] if fits else None

    def page_of(self, transaction: str) -> str:
        """Our page of a challenge."""
        return f"{self.pages_url}{PAGES}/{transaction}"


class Question(Struct, frozen=True):
    """*message* is for the access control server at *url*."""

    url: str
    message: AReq


class DirectoryExchange:
    """An answer has the numbers of its question."""

    stamps_on_ask = False
    takes_turns = False
    number_max = 1

    def is_question(self, message: object) -> bool:
        """We alone ask."""
        return isinstance(message, Question)

    def key(self, link: LinkId, message: Question | ARes) -> Key:
        """The number of the transaction, and that of the directory."""
        said = message.message if isinstance(message, Question) else message
        return (link, said.transaction, said.ds_transaction)

    def stamp(self, question: Question, number: int) -> Question:
        """Its numbers are by chance, and stand in it already."""
        return question


def question_for(
    directory: Directory,
    place: Range,
    wanted: Wanted,
    *,
    card: Card,
    number: str,
    amount: int,
    code: str,
    merchant: str,
    date: str,
    prior: Authentication | None = None,
) -> Question:
    """What is asked about *card* for *amount* in the currency *code*; *date* is YYYYMMDDHHMMSS.

    Without a currency nothing is bought: the card is to be kept. *prior* came of that, if it was.
    """
    money = currency(code.upper()) if code else None
    asked = AReq(
        message_version=VERSION,
        transaction=wanted.transaction,
        ds_transaction=wanted.ds_transaction,
        category="01" if money else "02",
        channel=BROWSER,
        number=number,
        expiry=card.expiry,
        amount=str(amount) if money else "",
        currency=money.numeric if money else "",
        exponent=str(money.exponent) if money else "",
        date=date,
        merchant=directory.merchants.get(merchant, merchant)[:_NAME_MAX],
        merchant_id=merchant[:_NAME_MAX],
        notification_url=f"{directory.page_of(wanted.transaction)}/done",
        results_url=directory.results_url,
        preference=_PREFERENCES[wanted.wish],
        prior=_prior(prior),
        accept=wanted.browser.accept,
        agent=wanted.browser.agent,
        language=wanted.browser.language,
        has_script=wanted.browser.has_script,
    )
    return Question(place.url, asked)


def _prior(before: Authentication | None) -> Prior | None:
    """What is told of an authentication of *before*, if it was the cardholder then."""
    if before is None or before.result != "authenticated" or before.acs_transaction is None:
        return None
    method: Literal["01", "02"] = "02" if before.flow == "challenge" else "01"
    return Prior(acs_transaction=before.acs_transaction, method=method)


def standing(
    outcome: Outcome, flow: Flow | None = None, transaction: str = "", acs_transaction: str = ""
) -> Authentication:
    """*outcome* as it stands on the payment."""
    return Authentication(
        result=outcome.result,
        reason=outcome.reason,
        eci=outcome.eci,
        flow=flow,
        transaction=transaction or None,
        acs_transaction=acs_transaction or None,
        version=VERSION if transaction else None,
    )
