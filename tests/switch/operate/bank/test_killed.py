"""Killed anywhere, by a signal that nothing can catch: done again, it comes to the same hashes.

A copy of the program closes a day and takes what the bank sends, and ends itself at one of the
points between two deeds on the disk; then the work is done again. Every point is tried.
"""

import os
import signal
import sys
from contextlib import contextmanager
from hashlib import sha256
from multiprocessing import get_context

import pytest
from msgspec.structs import replace

from cardswitch.switch.operate.bank.corrections import correct
from cardswitch.switch.operate.bank.take import take_new
from cardswitch.switch.operate.settle import close_days, settling
from cardswitch.switch.operate.verify_books import verify
from cardswitch.switch.store.books import BooksReader
from cardswitch.switch.store.reader import JournalReader
from cardswitch.wire.operator import files as written
from cardswitch.wire.store.database import Database
from tests.kit.charging import BLENDED
from tests.kit.histories import CUT, JournalFile
from tests.kit.holding import hold
from tests.kit.statements import camt053, entry, pain002, part, reason
from tests.switch.conftest import SettlementLab

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a copy is made by fork")

SHOP = "20261123-SHOP-EUR"
BACK = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"
REJECTED = (
    "<OrgnlPmtInfAndSts><OrgnlPmtInfId>DEPOSIT-20261123-EUR</OrgnlPmtInfId><TxInfAndSts>"
    f"<OrgnlEndToEndId>X</OrgnlEndToEndId><TxSts>RJCT</TxSts>{reason('AC04')}</TxInfAndSts>"
    "</OrgnlPmtInfAndSts>"
)
DEEDS = [(written, "create_file"), (written, "rename_file"), (written, "sync_folder")]
DONE = 7  # how a copy ends that came to no such point
GROUPS, POINTS_MIN, POINTS_MAX = 4, 20, 100  # each group of points is a test


def set_up(lab):
    """A day has ended, and the bank's files lie there; the switch does not run."""
    lab.history.sale(1250)
    hold(lab.history, 700)
    lab.history.cut_over()
    lab.commit()
    lab.store.close()
    answers = lab.folder / "bank"
    answers.mkdir()
    lab.settlement = replace(lab.settlement, answers=str(answers), fees=(BLENDED,))
    went = entry("12.50", "DBIT", part("12.50", "DBIT", SHOP))
    back = entry("12.50", "CRDT", part("12.50", "CRDT", SHOP, BACK))
    (answers / "a.xml").write_bytes(camt053([went], name="A"))
    (answers / "b.xml").write_bytes(camt053([back], name="B"))
    (answers / "c.xml").write_bytes(pain002("<GrpSts>PART</GrpSts>", REJECTED))


def work(lab):
    """Close the day, and take what the bank has sent, beside a switch that has come up again."""
    lab.history.rows = list(JournalReader(lab.switch.database).rows())
    lab.store = JournalFile(lab.switch.database)
    lab.store.written(len(lab.history.rows))
    try:
        close_days(lab.switch, lab.settlement, lab.record, clock=lambda: CUT)
        with settling(lab.switch, lab.settlement, lab.record, clock=lambda: CUT + 60) as opened:
            list(take_new(opened, {}))
            if not any(each.kind == "correct" for each in opened.books.entries()):
                correct(opened, "mdr_income", "merchant_payable:SHOP", "978", 5, "a test")
    finally:
        lab.store.close()


def killed_at(lab, point):
    """Whether a copy of us that does the work came to *point*, where it ends at once.

    It is copied from a process without threads: what a thread of ours holds would be held for ever.
    """
    copies = get_context("forkserver")
    copies.set_forkserver_preload([__name__])
    copy = copies.Process(target=die_at, args=(lab.folder, point))
    copy.start()
    copy.join()
    ended = copy.exitcode
    copy.close()
    assert ended in (-signal.SIGKILL, DONE)
    return ended == -signal.SIGKILL


def die_at(folder, point):
    """Do the work in *folder*, or end at *point* of it."""
    count = 0

    def passed():
        nonlocal count
        count += 1
        if count == point:
            os.kill(os.getpid(), signal.SIGKILL)

    lab = SettlementLab(folder)
    lab.store.close()
    lab.settlement = replace(lab.settlement, answers=str(folder / "bank"), fees=(BLENDED,))
    for module, name in DEEDS:
        setattr(module, name, between(getattr(module, name), passed))
    Database.transaction = in_between(Database.transaction, passed)
    work(lab)
    os._exit(DONE)


def between(deed, passed):
    def done(*words):
        passed()
        result = deed(*words)
        passed()
        return result

    return done


def in_between(transaction, passed):
    @contextmanager
    def done(self):
        passed()
        with transaction(self) as writer:
            yield writer
            passed()  # Before the commit ...
        passed()  # ... and behind it.

    return done


def hashes(lab):
    books = BooksReader(lab.settlement.books)
    files = {name: sha256(content).hexdigest() for name, content in lab.files_below().items()}
    heads = [close.books_head for close in books.closes()], [each.head for each in books.entries()]
    return files, heads, books.balances()


@pytest.mark.parametrize("first", range(1, GROUPS + 1))
def test_whatever_the_point_it_comes_to_the_same_hashes(lab_in, tmp_path, first):
    whole = lab_in(tmp_path / "whole")
    set_up(whole)
    work(whole)
    expected = hashes(whole)
    assert len(expected[0]) == 9
    tried = 0
    for point in range(first, POINTS_MAX, GROUPS):
        lab = lab_in(tmp_path / str(point))
        set_up(lab)
        if not killed_at(lab, point):
            break
        work(lab)
        assert hashes(lab) == expected, f"point {point}"
        assert verify(lab.switch, lab.settlement).findings == (), f"point {point}"
        tried += 1
    assert tried * GROUPS >= POINTS_MIN
