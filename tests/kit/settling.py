"""A lab's days closed as operators close them, and what then can be read off."""

from cardswitch.switch.operate.settle import close_days
from cardswitch.switch.store.reader import JournalReader


def close(lab, day=None, told=None):
    """Close what has ended, or *day*; what is told goes to *told*."""
    lab.commit()
    tell = told.append if told is not None else lambda _: None
    reports = close_days(lab.switch, lab.settlement, lab.record, day, tell)
    return [report.closed for report in reports]


def labels(closed):
    """The days *closed*."""
    return [day.business_date for day in closed]


def amounts(day):
    """What a *day* has deposited, by merchant and currency."""
    return {(p.merchant, p.currency): p.amount for p in day.payouts}


def named(lab):
    """The closes that the journal names."""
    return [row.day for row in JournalReader(lab.switch.database).closes()]
