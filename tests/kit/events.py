"""Journals of the gateway with something in them to tell of, and endpoints that want to know."""

from cardswitch.gateway.outbox.endpoints import Endpoint
from cardswitch.gateway.outbox.follow import Event
from cardswitch.gateway.store import open_journal


def journal_at(folder, rows):
    """The URL of a journal that has *rows*."""
    url = f"sqlite:///{folder}/gateway.db"
    journal = open_journal(url)
    journal.commit(list(rows))
    journal.close()
    return url


def event(number=1, merchant="SHOP", type_="payment_intent.created", at=100.0, ref="r"):
    """An event; *number* tells it from others."""
    return Event(
        id=f"evt_{number}", merchant=merchant, type=type_, at=at, ref=ref,
        kind="payment_intent", part=0, through=number,
    )  # fmt: skip


def endpoint(id_="we_1", merchant="SHOP", url="https://127.0.0.1:1/", types=("*",), **more):
    """A webhook endpoint."""
    return Endpoint(id=id_, merchant=merchant, url=url, types=types, created=1.0, **more)


class PlayReader:
    """Reads what a play appended, as the reader of a journal does."""

    def __init__(self, play):
        self.play = play

    def rows_behind(self, sequence, size):
        return [row for row in self.play.entries if row.sequence > sequence][:size]

    def rows(self, question):
        names = set(question.identities)
        legs = {row.leg for row in self.play.entries if (row.sent_on, row.identity) in names}
        legs |= set(question.legs)
        return [row for row in self.play.entries if row.leg in legs]
