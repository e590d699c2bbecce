"""Switch, acquirer, issuer and HSM away, hanging and restarting: answers in time, nothing hangs.

That whoever called has an answer within five seconds, each merchant sees to; that nothing is left
in work once all are back, and that the books agree, the checks of every world.
"""

import pytest

from cardswitch.gateway.core.exchanges import Stand

from .outages import CalmWorld, Outage
from .runs import lived

SEEDS = 2
PARTIES = ("switch", "acquirer", "issuer", "hsm")
GOOD = (Stand.APPROVED, Stand.RELEASED)


def troubled(world):
    """How many orders were told that somebody is away, or had no outcome in time."""
    away = [r for o in world.merchants.orders for _, r in o.replies if is_away(r.problem)]
    exchanges = [e for i in world.intents().values() for e in i.exchanges]
    return len(away) + sum(e.stand is Stand.UNDONE for e in exchanges) + world.merchants.put_off


def is_away(problem):
    return problem is not None and problem.network_decline_code in ("91", "96", "68")


@pytest.mark.parametrize("how", ["away", "hangs", "restarts"])
@pytest.mark.parametrize("name", PARTIES)
def test_nobody_waits_and_nothing_hangs(name, how):
    noticed = paid = 0
    for seed in range(SEEDS):
        world = CalmWorld(seed)
        Outage(world, name, how)
        lived(world)
        noticed += troubled(world)
        paid += sum(e.stand in GOOD for i in world.intents().values() for e in i.exchanges)
    assert paid
    if (name, how) != ("hsm", "restarts"):  # which it does so quickly that orders may miss it
        assert noticed
