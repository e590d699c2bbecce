"""What goes over one link, translated: programs of ours speak 1987, in their own words, everywhere.

Its dialect may be of another edition, carry things elsewhere, or want other MTIs. Whatever does not
go over is a loss, and never quotes a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..dates import Seconds, is_transmission_time, utc_date
from ..dialect import Dialect, load_dialect
from ..errors import DecodeError
from ..message import Message
from . import Converted, Loss, convert
from .carried import put_ours, put_theirs, take_ours, take_theirs
from .edition93 import PARTIAL_REVERSAL, year_before

HOUSE: Final = "iso87-ascii"  # what is spoken in the house: which encodings does not matter
_KEPT: Final = 3  # digits of an MTI that a map is about; the last one tells repeats


class Translation:
    """Of one link: of *dialect*, with other *mtis* by ours, such as `{"0220": "0120"}`."""

    def __init__(self, dialect: Dialect, mtis: Mapping[str, str] | None = None) -> None:
        self._dialect = dialect
        self._house = load_dialect(HOUSE)
        self._is_other_edition = dialect.version != self._house.version
        pairs = {ours[:_KEPT]: theirs[:_KEPT] for ours, theirs in (mtis or {}).items()}
        answers = {_answer(ours): _answer(theirs) for ours, theirs in pairs.items()}
        self._theirs = {**pairs, **answers}
        self._ours = {theirs: ours for ours, theirs in self._theirs.items()}

    def say(self, message: Message, now: Seconds) -> Converted:
        """Our *message* as it goes out on the link."""
        said, carried = take_ours(message, self._dialect)
        if self._is_other_edition:
            said = _with_local_time(said)
        losses: tuple[Loss, ...] = ()
        mti = self._theirs.get(said.mti[:_KEPT], said.mti[:_KEPT]) + said.mti[_KEPT:]
        said = Message(mti, said.fields, message.header)
        if self._is_other_edition:
            done = convert(said, self._house, self._dialect, year_of(said, now))
            said, losses = (
                Message(done.message.mti, done.message.fields, message.header),
                done.losses,
            )
        said, lost = put_theirs(said, carried, self._dialect)
        return Converted(said, (*losses, *lost))

    def hear(self, message: Message, now: Seconds) -> Converted:
        """A *message* that came in on the link, as we say it.

        Raises DecodeError where a field is not made as the dialect says, or a partial reversal
        does not say what stays.
        """
        heard, carried = take_theirs(message, self._dialect)
        losses: tuple[Loss, ...] = ()
        if self._is_other_edition:
            done = convert(heard, self._dialect, self._house, utc_date(now)[:4])
            fields = done.message.fields
            is_partial = heard.is_request and heard.get(24) == PARTIAL_REVERSAL
            if is_partial and 95 not in fields:
                # Without what stays it would be heard as the reversal of all.
                raise DecodeError("the original amount, beside the one that stays", field="30")
            if 7 not in fields and 12 in fields and 13 in fields:
                # What later editions may leave out tells our requests apart: the local time does.
                fields = {**fields, 7: fields[13] + fields[12]}
            heard, losses = Message(done.message.mti, fields, message.header), done.losses
        mti = self._ours.get(heard.mti[:_KEPT], heard.mti[:_KEPT]) + heard.mti[_KEPT:]
        heard = put_ours(Message(mti, heard.fields, message.header), carried)
        return Converted(heard, losses)


def translation_for(dialect: Dialect, mtis: Mapping[str, str] | None = None) -> Translation | None:
    """What is needed for a link of *dialect*; None where nothing is.

    >>> translation_for(load_dialect("pos")) is None
    True
    """
    is_plain = dialect.version == load_dialect(HOUSE).version and not dialect.form.carried
    return None if is_plain and not mtis else Translation(dialect, mtis)


def year_of(message: Message, now: Seconds) -> str:
    """The year of the local date of *message*, at the instant *now*.

    What undoes something has the date of that, which may be months ago.

    >>> year_of(Message("0200", {13: "1231"}), 1798761610.0)
    '2026'
    """
    today = utc_date(now)
    return year_before(today[:4], today[5:7], message.get(13)[:2])


def _with_local_time(message: Message) -> Message:
    """*message* with a local date and time, which later editions want: at least that of field 7."""
    sent = message.get(7)
    if {12, 13} & message.fields.keys() or not is_transmission_time(sent):
        return message
    return message.with_fields({12: sent[4:], 13: sent[:4]})


def _answer(begin: str) -> str:
    """The first digits of the MTI that answers."""
    return f"{begin[:2]}{int(begin[2]) + 1}"
