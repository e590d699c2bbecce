"""Amounts are integers in minor units; nothing else gets in, and nothing is lost on the way out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardswitch.specs.amounts import (
    CURRENCIES,
    currency,
    de4,
    format_amount,
    is_currency,
    parse_amount,
)
from cardswitch.specs.errors import EncodeError, FormatError

# ISO 4217: every currency in use whose minor unit is not a hundredth.
EXPONENTS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
NO_AMOUNTS = [
    *["", ".", "12.", ".50", "-1", "+1", "1,50", "1.000,00", "1,000.00", "1 0", " 1", "1\n"],
    *["1e3", "1_0", "0x10", "NaN", "inf", "1.5.0", "٣", "²", "1.-5", "１"],
]
IN_USE = st.sampled_from([c.alpha for c in CURRENCIES])


def test_the_exponents_are_those_of_iso_4217():
    for exponent, codes in EXPONENTS.items():
        assert [c.alpha for c in CURRENCIES if c.exponent == exponent] == codes.split()
    others = {c.exponent for c in CURRENCIES} - EXPONENTS.keys()
    assert others == {2}


def test_a_currency_of_a_message_is_a_number():
    found = {code for code in ("978", "EUR", "000", "", "eur") if is_currency(code)}
    assert found == {"978"}


def test_the_table_is_sound():
    assert len({c.alpha for c in CURRENCIES}) == len({c.numeric for c in CURRENCIES}) == 165
    for c in CURRENCIES:
        assert len(c.alpha) == len(c.numeric) == 3
        assert c.alpha.isupper()
        assert c.alpha.isalpha()
        assert not c.numeric.strip("0123456789")
        assert c.name


@pytest.mark.parametrize(
    ("alpha", "numeric"),
    [
        ("EUR", "978"),
        ("USD", "840"),
        ("GBP", "826"),
        ("CHF", "756"),
        ("JPY", "392"),
        ("ALL", "008"),
        ("XCG", "532"),
        ("ZWG", "924"),
        ("SLE", "925"),
    ],
)
def test_both_codes_name_one_currency(alpha, numeric):
    assert currency(alpha) is currency(numeric)


@pytest.mark.parametrize(
    "code", ["999", "XXX", "XTS", "XAU", "000", "eur", "", "97", "978 ", "٩٧٨", "HRK", "BGN"]
)
def test_codes_that_carry_no_amount_are_refused(code):
    for use in (currency, lambda c: parse_amount("1", c), lambda c: format_amount(1, c)):
        with pytest.raises(FormatError, match=r"expected a currency .*such as 978 or EUR"):
            use(code)


@pytest.mark.parametrize(
    ("text", "code", "minor"),
    [
        ("12.50", "EUR", 1250),
        ("12.5", "978", 1250),
        ("12", "EUR", 1200),
        ("0.01", "EUR", 1),
        ("00.10", "EUR", 10),
        ("0", "EUR", 0),
        ("1250", "JPY", 1250),
        ("1.234", "KWD", 1234),
        ("1.2345", "CLF", 12345),
        ("9999999999.99", "EUR", 999_999_999_999),
        ("999999999999", "JPY", 999_999_999_999),
    ],
)
def test_what_people_write(text, code, minor):
    assert parse_amount(text, code) == minor


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("12.505", "EUR", "at most 2 decimals, seen 3 .*minor unit of EUR"),
        ("12.0", "JPY", "at most 0 decimals"),
        ("10000000000.00", "EUR", "at most 12 digits of minor units, seen 13"),
        ("1000000000000", "JPY", "at most 12 digits"),
        ("9" * 5000, "EUR", "at most 12 digits"),
        *[(text, "EUR", "an amount .*no sign and no thousands separator") for text in NO_AMOUNTS],
    ],
)
def test_what_is_no_amount(text, code, says):
    with pytest.raises(FormatError, match=says):
        parse_amount(text, code)


@given(st.integers(0, 10**12 - 1), IN_USE)
def test_an_amount_comes_back(minor, code):
    assert parse_amount(format_amount(minor, code), code) == minor
    assert int(de4(minor)) == minor
    assert len(de4(minor)) == 12


@given(st.text("0123456789.,+- eE_", max_size=15), IN_USE)
def test_a_text_is_an_amount_or_a_format_error(text, code):
    try:
        minor = parse_amount(text, code)
    except FormatError:
        return
    assert 0 <= minor < 10**12
    whole, _, decimals = text.partition(".")
    assert minor == int(whole) * 10 ** currency(code).exponent + int(
        decimals.ljust(currency(code).exponent, "0") or "0"
    )


@pytest.mark.parametrize(
    ("minor", "code", "text"),
    [
        (0, "EUR", "0.00"),
        (5, "EUR", "0.05"),
        (-1250, "EUR", "-12.50"),
        (-1, "KWD", "-0.001"),
        (-7, "JPY", "-7"),
        (10**15, "EUR", "10000000000000.00"),
    ],
)
def test_totals_may_be_negative_and_large(minor, code, text):
    assert format_amount(minor, code) == text


@pytest.mark.parametrize("minor", [-1, 10**12])
def test_de4_is_never_cut(minor):
    with pytest.raises(EncodeError, match="field 4: expected 0 to 999999999999 minor units"):
        de4(minor)
