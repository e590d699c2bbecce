"""Which way of making a cryptogram gives a known one: version, key, session, padding, sequence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Final, get_args

from cardswitch.specs.errors import CryptoError
from cardswitch.specs.security.emv_cryptograms import CryptogramPadding, generate_cryptogram_emv

from .chip_data import RECIPES, ChipQuestion, Recipe
from .chips import Card, Option, Session, compute_card_key, compute_session_key
from .steps import Steps

# Sequence numbers of cards that people have; a bank gives out one after the other.
SEQUENCES_TRIED: Final = tuple(f"{number:02d}" for number in range(10))
_PADDINGS: Final[tuple[CryptogramPadding, ...]] = get_args(CryptogramPadding)
_SESSIONS: Final[tuple[Session, ...]] = get_args(Session)
_OPTIONS: Final[tuple[Option, ...]] = get_args(Option)


def find_arqc(steps: Steps, question: ChipQuestion, arqc: bytes) -> list[str]:
    """The ways that give *arqc*, those of a version first; none if it is another key or card.

    Tried are all versions with their own session key and padding, then with others', sequence
    numbers 00 to 09, both options, and the key as if it were the card's.

    >>> key = bytes.fromhex("AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBB")
    >>> question = ChipQuestion(key=key, data=bytes(8))
    >>> find_arqc(Steps(), question, bytes.fromhex("E1CC69341D2CFC4C"))
    ['the data given, session none, padding 1']
    """
    found: list[str] = []
    for name, made in _ways(question):
        steps.add(name, made)
        if made == arqc and name not in found:
            found.append(name)
    return found


def _ways(question: ChipQuestion) -> Iterator[tuple[str, bytes]]:
    """Every cryptogram there may be, with the way in words."""
    for key_note, card_key in _card_keys(question):
        for session, (data, recipes) in product(_SESSIONS, _inputs(question).items()):
            try:
                key = compute_session_key(
                    Steps(), card_key, session, question.atc, question.unpredictable
                )
            except CryptoError:
                continue  # no counter or number for this session
            for padding in _PADDINGS:
                way = _words(recipes, session, padding)
                yield way + key_note, generate_cryptogram_emv(key, data, padding)


def _inputs(question: ChipQuestion) -> dict[bytes, list[Recipe]]:
    """What it may be over, and the versions that take it: that of the card first."""
    if question.data is not None:
        return {question.data: []}
    inputs: dict[bytes, list[Recipe]] = {}
    for recipe in sorted(RECIPES, key=lambda each: each is not question.recipe):
        try:
            inputs.setdefault(recipe.data(question.tags), []).append(recipe)
        except CryptoError:
            continue  # tags that this version needs and that are not there
    return inputs


def _words(recipes: Sequence[Recipe], session: Session, padding: CryptogramPadding) -> str:
    for recipe in recipes:
        if (recipe.session, recipe.padding) == (session, padding):
            return recipe.name
    data = f"data of {recipes[0].name}" if recipes else "the data given"
    return f"{data}, session {session}, padding {padding}"


def _card_keys(question: ChipQuestion) -> Iterator[tuple[str, bytes]]:
    """The card's key as asked, then others that it may have been."""
    card = question.card
    if card is None:
        yield "", question.key
        return
    sequences = (card.sequence, *(each for each in SEQUENCES_TRIED if each != card.sequence))
    seen: set[bytes] = set()
    options = sorted(_OPTIONS, key=lambda each: each != card.option)
    for sequence, option in product(sequences, options):
        key = compute_card_key(Steps(), question.key, Card(card.pan, sequence, option))
        if key not in seen:
            seen.add(key)
            yield _card_note(card, sequence, option), key
    yield ", the key given is the card's own", question.key


def _card_note(card: Card, sequence: str, option: Option) -> str:
    notes: Mapping[str, bool] = {
        f"sequence number {sequence}": sequence != card.sequence,
        f"option {option}": option != card.option,
    }
    return "".join(f", {words}" for words, differs in notes.items() if differs)
