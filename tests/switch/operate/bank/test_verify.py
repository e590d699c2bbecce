"""Whoever changes what the books hold of banks is found, to the cent and to the line."""

import pytest

from cardswitch.switch.operate.verify_books import verify
from tests.kit.banking import answers, closed, taken

DAMAGES = {
    "a cent": "UPDATE bank_lines SET amount = amount + 1 WHERE line = 2",
    "a line's number": "UPDATE bank_lines SET line = 7 WHERE line = 1 AND number = 2",
    "the last line's number": "UPDATE bank_lines SET line = 7 WHERE line = 2",
    "an outcome": "UPDATE bank_lines SET outcome = 'twice' WHERE line = 1",
    "a posting": "UPDATE bank_postings SET amount = amount + 1",
    "a file": "UPDATE bank SET content = x'00' WHERE number = 2",
    "a hash": "UPDATE bank SET head = 'a' WHERE number = 1",
    "a transfer": "UPDATE transfers SET amount = amount + 1 WHERE merchant = 'SHOP'",
    "a line too many": "INSERT INTO bank_lines SELECT number, 9, outcome, reference, merchant, "
    "currency, amount, iban, entry, is_known, code, text FROM bank_lines WHERE line = 1",
}


@pytest.mark.parametrize("statement", DAMAGES.values(), ids=DAMAGES)
def test_whoever_changes_a_digit_is_found(lab, damage, statement):
    closed(lab, SHOP="Shop ERRAC04RTRN")
    taken(lab, answers(lab))
    damage(statement)
    assert verify(lab.switch, lab.settlement).findings
