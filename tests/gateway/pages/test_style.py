"""Colours of the pages can be read: contrast as WCAG 2.2 reckons it, in light and in dark."""

import re
from pathlib import Path

import pytest

import cardswitch.gateway.pages

SHEET = Path(cardswitch.gateway.pages.__file__).parent / "static" / "pay.css"
BLOCK = re.compile(r":root \{([^}]*)\}")
COLOUR = re.compile(r"--([a-z-]+): #([0-9a-f]{6});")
LIGHT, DARK = (dict(COLOUR.findall(block)) for block in BLOCK.findall(SHEET.read_text("utf-8")))
TEXT, PART = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11: of text, and of what must be seen to be used
PAIRS = [
    ("ink", "paper", TEXT),
    ("ink", "ground", TEXT),
    ("quiet", "paper", TEXT),
    ("quiet", "ground", TEXT),
    ("accent", "paper", TEXT),
    ("accent", "ground", TEXT),
    ("on-accent", "accent", TEXT),
    ("bad", "paper", TEXT),
    ("ink", "bad-ground", TEXT),
    ("line", "paper", PART),
    ("good", "paper", PART),
]


def luminance(colour):
    """
    >>> luminance("ffffff")
    1.0
    """
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return round(sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True)), 6)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_what_stands_on_what_can_be_read(palette, front, back, least):
    dark, bright = sorted(luminance(palette[name]) for name in (front, back))
    assert (bright + 0.05) / (dark + 0.05) >= least


def test_both_palettes_have_the_same_colours():
    assert LIGHT.keys() == DARK.keys()
