"""What no hash of the books covers, held against what it follows from: seals, movements, fees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import func, or_, select

from cardswitch.wire.store.database import reading
from cardswitch.wire.store.reading import streamed

from .holds.reading import HoldsReading
from .reader import JournalReader
from .tables import FEES, JOURNAL, JOURNALS, MOVEMENTS, POSTINGS

FINDINGS_MAX: Final = 1_000  # where more differ, more than a record is wrong


class AuditReading(HoldsReading):
    """What of it is not as it was booked, one sentence each, whoever opened the books."""

    def altered_seals(self) -> Iterator[str]:
        """Journals of closes that lack their seal, or a seal without such a journal."""
        j, p = JOURNALS.c, POSTINGS.c
        booked = select(p.journal_id, p.business_date)
        sealed = select(j.journal_id, j.business_date)
        for name, day in self._rows(booked.except_(sealed).limit(FINDINGS_MAX)):
            yield f"{day}: journal {name} is not sealed"
        for name, day in self._rows(sealed.except_(booked).limit(FINDINGS_MAX)):
            yield f"{day}: the seal of journal {name} belongs to no posting"

    def altered_movements(self, journal: JournalReader) -> Iterator[str]:
        """Movements that are not what *journal* says in the row that they are named after."""
        c, m, found = JOURNAL.c, MOVEMENTS.c, 0
        rows = journal.streamed(select(c.sequence, c.leg, c.moved).where(c.moved != 0))
        row = next(rows, None)
        with reading(self._engine) as reader:
            for movement in streamed(
                reader, select(m.sequence, m.leg, m.amount).order_by(m.sequence)
            ):
                while row is not None and row.sequence < movement[0]:
                    row = next(rows, None)
                if (row is None or tuple(row) != tuple(movement)) and found < FINDINGS_MAX:
                    found += 1
                    yield f"movement {movement[0]} is not what that row of the journal says"

    def altered_fees(self) -> Iterator[str]:
        """Fees of another leg than their movement, by another rate, or of another rest."""
        if not self._rows(select(FEES.c.sequence).limit(1)):
            return
        m, f = MOVEMENTS.c, FEES.c
        steps = select(
            m.sequence,
            m.leg,
            func.first_value(m.batch).over(partition_by=m.leg, order_by=m.sequence).label("rated"),
            func.abs(func.sum(m.amount).over(partition_by=m.leg, order_by=m.sequence)).label(
                "rest"
            ),
        ).subquery()
        s = steps.c
        differs = or_(f.leg != s.leg, f.rated != s.rated, f.rest != s.rest)
        query = select(f.sequence).join(steps, s.sequence == f.sequence).where(differs)
        for (sequence,) in self._rows(query.order_by(f.sequence).limit(FINDINGS_MAX)):
            yield f"the fee of movement {sequence} has another leg, rate or rest than its captures"
