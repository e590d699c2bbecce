"""What must hold of pre-authorisations: captured no more than approved, once, free in time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from cardswitch.hosts.issuer.entries import HoldExpired
from cardswitch.hosts.issuer.legs import Purchase
from cardswitch.specs.transactions.captures import part_of
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.switch.core.row import Row, Vault, message_of
from cardswitch.switch.core.states import State

from .people import World
from .stands import Broken, Stand, line

HELD = (State.APPROVED, State.ADJUSTED, State.PART_COMPLETED, State.COMPLETED)
LATE_S = 120.0  # A journal that did not answer is asked again after a minute.


def check_captures(legs: Sequence[Stand], vault: Vault) -> None:
    """What was taken of a pre-authorisation, and what of it is still held, is what was approved."""
    by_number = {stand.first.leg: stand for stand in legs}
    taken: dict[int, list[Stand]] = {}
    for stand in legs:
        is_capture = KINDS.named(stand.first.kind).money == "capture"
        if stand.first.state == State.TAKEN and is_capture:
            taken.setdefault(stand.first.original, []).append(stand)
    for number, stand in by_number.items():
        is_held = stand.first.kind == "authorisation" and stand.last.state in HELD
        if is_held and stand.held != stand.due:
            raise Broken(f"leg {number} holds {stand.held}, with its increments it is {stand.due}")
    for number, parts in taken.items():
        original = by_number[number]
        if not original.is_captured or any(
            part.first.card != original.first.card for part in parts
        ):
            raise Broken(f"of leg {number} something is captured, and it does not know it")
        left = original.approved - sum(part.held for part in parts)
        if left < original.held or left < 0:
            raise Broken(f"of leg {number} more is captured than was approved")
        if original.last.state == State.PART_COMPLETED and original.held != left:
            raise Broken(f"leg {number} holds {original.held}, {left} are left of it")
        _check_numbers(number, [part.first for part in parts], vault)
    captured = {leg for leg, stand in by_number.items() if stand.is_captured}
    if captured != set(taken):
        raise Broken(f"legs {sorted(captured ^ set(taken))} are completed by nobody")


def check_refunds(legs: Sequence[Stand]) -> None:
    """Of nothing that was captured more is given back than that, and a tip comes once."""
    by_number = {stand.first.leg: stand for stand in legs}
    refunded, tipped = Counter[int](), Counter[int]()
    for stand in legs:
        kind = KINDS.named(stand.first.kind)
        if kind.follows and stand.was_approved:
            (refunded if kind.money == "credit" else tipped)[stand.first.original] += stand.held
    for number, amount in refunded.items():
        if amount > by_number[number].held:
            raise Broken(f"of leg {number} {amount} is refunded, {by_number[number].held} is held")
    for number, amount in tipped.items():
        if amount > by_number[number].held:
            raise Broken(f"leg {number} of {by_number[number].held} has tips of {amount}")


def _check_numbers(leg: int, rows: Iterable[Row], vault: Vault) -> None:
    """Each capture has its number once, one is the last, and none comes behind that."""
    parts = [part_of(message_of(row, vault)) for row in rows]
    numbers = [part.sequence for part in parts]
    if len(set(numbers)) != len(numbers) or any(part.is_final for part in parts[:-1]):
        raise Broken(f"leg {leg} is captured twice: {', '.join(map(str, parts))}")


def check_expiry(world: World) -> set[str]:
    """What was set aside is free when its time is over, and not before; its lines in books.

    Nobody else is told that it is free.
    """
    now = world.time_of(world.issuer)
    until = {
        leg.leg: leg.decided.expires_at
        for leg in world.everything().legs
        if isinstance(leg, Purchase) and leg.decided and leg.decided.expires_at
    }
    for leg in world.everything().legs:
        if leg.leg in until and isinstance(leg, Purchase):
            is_late = until[leg.leg] + LATE_S < now
            if leg.held and is_late:
                raise Broken(f"leg {leg.leg} of the issuer is over, and holds {leg.held}")
    names = {row.leg: row.rrn for row in world.issuer_rows.rows() if row.identity}
    over = [row for row in world.issuer_rows.rows() if row.state == HoldExpired.__name__]
    for row in over:
        if row.at < until[row.leg]:
            raise Broken(f"leg {row.leg} of the issuer has ended before its time")
    world.counts["hold_expired"] += len(over)
    return {line(names[row.leg], "authorisation") for row in over}
