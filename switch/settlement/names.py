"""Names in the characters that every bank carries (EPC 217-08): Latin letters, digits, few marks.

Letters with a likeness are spelled by it, Greek and Cyrillic ones by a table; a merchant whose name
has none is asked for one that a bank can print.
"""

from __future__ import annotations

from string import ascii_letters, digits
from typing import Final
from unicodedata import combining, normalize

NAME_MAX: Final = 70  # Longest name that SEPA banks carry (EPC 132-08); the XSD would allow 140.
# What every bank carries (EPC 217-08).
SEPA_CHARACTERS: Final = frozenset(ascii_letters + digits + "/-?:().,'+ ")

# Each is written as what stands behind it. Accents need none: they are dropped.
_LATIN: Final = (
    "Æ AE æ ae Ø O ø o Œ OE œ oe Ł L ł l Đ D đ d Ð D ð d Þ Th þ th ß ss ẞ SS ı i ħ h Ħ H ŋ n Ŋ N"
    " ŧ t Ŧ T ə e Ə E"
)
_GREEK: Final = (
    "α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y φ f χ ch"
    " ψ ps ω o"
)
_CYRILLIC: Final = (
    "а a б b в v г g д d е e ж zh з z и i к k л l м m н n о o п p р r с s т t у u ф f х h ц ts ч ch"
    " ш sh щ sht ъ a ы y ь y э e ю yu я ya є ye і i ґ g ј j љ lj њ nj ђ dj ћ c џ dz ѕ dz"
)
_MARKS: Final = (
    "& + ’ ' ‘ ' ‚ , ‛ ' ` ' ´ ' – - — - ‐ - ‑ - − - _ - ~ - · . • . … ... „ ' “ ' ” ' « ' » ' ‹ '"
    " › ' [ ( ] ) { ( } ) | / \\ / ; , ° ."
)


def _table(words: str, *, is_letter: bool = False) -> dict[int, str]:
    found: dict[int, str] = {}
    pairs = words.split()
    for character, spelled in zip(pairs[::2], pairs[1::2], strict=True):
        found[ord(character)] = spelled
        if is_letter:
            found[ord(character.upper())] = spelled.capitalize()
    return found


_SPELLED: Final = {
    **_table(_GREEK, is_letter=True),
    **_table(_CYRILLIC, is_letter=True),
    **_table(_LATIN),
    **_table(_MARKS),
}


def sepa_text(text: str, length_max: int = NAME_MAX) -> str:
    """*text* in the characters that every bank carries, at most *length_max* of them.

    Accents are dropped, ``&`` is written ``+``, and what has no likeness becomes a full stop.

    >>> sepa_text("Café Müller & Söhne <Köln>"), sepa_text("Łódź"), sepa_text("Joe’s Καφέ")
    ('Cafe Muller + Sohne .Koln.', 'Lodz', "Joe's Kafe")
    """
    plain = normalize("NFKD", text).translate(_SPELLED)
    kept = (c if c in SEPA_CHARACTERS else "." for c in plain if not combining(c))
    return "".join(kept)[:length_max]


def has_letter(text: str) -> bool:
    """Whether a bank would print a letter of *text*.

    >>> has_letter("Łódź 2"), has_letter("漢字店")
    (True, False)
    """
    return any(c in ascii_letters for c in sepa_text(text))
