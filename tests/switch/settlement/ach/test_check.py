"""Every changed column, and every line that is missing or there twice, is found in the file."""

import pytest
from msgspec.structs import replace

from cardswitch.switch.settlement.ach.parties import AMOUNT_MAX
from cardswitch.switch.settlement.check_files import check_files
from cardswitch.switch.settlement.close import deposit_files
from cardswitch.switch.settlement.days import BankDay
from tests.kit.histories import CLOSED_AT, CUT

from .test_order import BANK, DAY, payout

DAY_ROW = BankDay(
    label=DAY, follows="", sequence=1, starts_at=CUT - 86_400, ends_at=CUT, has_ended=True
)
MUCH = [payout(AMOUNT_MAX), payout(AMOUNT_MAX, "CAFE"), payout(7, "KIOSK")]
PAID = [payout(1250), payout(99, "CAFE", bounced=("261122XYZ",)), payout(7, "KIOSK")]
NAME = f"deposit-{DAY}.ach"


def findings(bank, files, before=0, paid=PAID):
    return [*check_files(files, DAY_ROW, CLOSED_AT, paid, bank, b"", before)]


@pytest.mark.parametrize(("balanced", "paid"), [(False, PAID), (True, PAID), (True, MUCH)])
def test_every_mutant_of_the_file_is_caught(balanced, paid):
    bank = replace(BANK, ach=replace(BANK.ach, balanced=balanced))
    files = deposit_files(DAY, paid, bank, CLOSED_AT, b"", 3)
    assert findings(bank, files, 3, paid) == []
    lines = files[NAME].decode().splitlines(keepends=True)
    survivors, count = [], 0

    def tried(name, changed):
        nonlocal count
        count += 1
        found = findings(bank, {**files, NAME: "".join(changed).encode()}, 3, paid)
        if not any(NAME in each for each in found):
            survivors.append(name)

    for row, line in enumerate(lines):
        tried(f"{row} missing", lines[:row] + lines[row + 1 :])
        tried(f"{row} twice", [*lines[: row + 1], line, *lines[row + 1 :]])
        for column in range(94):
            other = "1" if line[column] != "1" else "2"
            changed = line[:column] + other + line[column + 1 :]
            tried(f"{row}.{column}", [*lines[:row], changed, *lines[row + 1 :]])
    assert survivors == []
    assert count > 900
    without = {name: content for name, content in files.items() if name != NAME}
    assert f"{NAME} is missing" in findings(bank, without, 3, paid)
    assert any(NAME in each for each in findings(bank, files, 2, paid))


def test_the_transfer_that_is_wrong_is_named():
    files = deposit_files(DAY, PAID, BANK, CLOSED_AT, b"")
    wrong = files[NAME].replace(b"0000001250", b"0000001251")
    found = findings(BANK, {**files, NAME: wrong})
    reference = PAID[0].end_to_end_id
    assert (
        f"{NAME}: transfer {reference}: amount '0000001251', expected amount '0000001250'" in found
    )
