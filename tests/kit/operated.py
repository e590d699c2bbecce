"""A switch as operators see it: a small machine that keeps rows, and the lab that it stands in."""

import tomllib

from sqlalchemy import MetaData

from cardswitch.specs.errors import Error
from cardswitch.switch.core.row import Row
from cardswitch.switch.core.states import Mark, State
from cardswitch.switch.operate.config import SwitchConfig
from cardswitch.wire.operator.config import section
from cardswitch.wire.ports import Append, LinkId, Send
from cardswitch.wire.store.journal import JournalStore
from cardswitch.wire.store.schema import Schema, version_table
from cardswitch.wire.store.tables import journal_table

METADATA = MetaData()
TABLE = journal_table("journal", Row, METADATA)
SCHEMA = Schema(
    key="switch.database",
    metadata=METADATA,
    version_table=version_table("journal", METADATA),
    version=1,
    lock_number=1,
    in_use="in use: stop the other switch",
    missing="nothing is there yet",
)
LAB = """
[switch]
listeners = {}
upstreams = {}
routes = []
hsm = { port = 1 }
"""


def config_in(folder):
    """The configuration of a switch whose data is in *folder*, and the file that it stands in."""
    path = folder / "lab.toml"
    path.write_text(LAB, "utf-8")
    config = section(tomllib.loads(LAB), "switch", SwitchConfig, path)
    return config.placed(folder), path


def store_of(config):
    """The journal of *config*, held."""
    return JournalStore(config.database, SCHEMA, TABLE, Row)


def row(sequence, leg, state, **columns):
    """A row of a journal."""
    return Row(
        **{
            "sequence": sequence,
            "leg": leg,
            "at": 1795856400.0 + sequence,
            "state": state,
            "business_date": "2026-11-28",
            "day": "2026-11-28",
            "source": "pos",
            "serves": "merchants",
            "link": "pos/1",
            **columns,
        }
    )


class OperatedMachine:
    """Does the deeds of operators by the letter, and nothing else."""

    def __init__(self):
        self.states = {}
        self.in_flight = []
        self.heard = []
        self.did = []
        self._last = 0

    def recover(self, rows, now):
        for each in rows:
            self._last = each.sequence
            self.states[each.leg] = each.state
        pending = [leg for leg, state in self.states.items() if state == State.FORWARDED]
        return [effect for leg in pending for effect in self._write(leg, State.REVERSING)]

    def handle(self, event, now):
        self.heard.append(event)
        return []

    def wake(self, now):
        return []

    def deadline(self):
        return None

    def cut_over_now(self, now, who, because, acquirer):
        assert acquirer == ""
        self.did.append(("cut_over", who, because))
        return self._write(0, Mark.CUT_OVER, business_date="2026-11-28-2")

    def record_close(self, now, day, told):
        self.did.append(("record_close", day, told))
        return self._write(0, Mark.CLOSED, business_date=day)

    def record_bank(self, now, told, acquirer):
        assert acquirer == ""
        self.did.append(("record_bank", told))
        return self._write(0, Mark.BANK)

    def retry(self, leg, now, who, because):
        return self._take_up(leg, State.REVERSING, who, because)

    def resolve(self, leg, now, who, because):
        return self._take_up(leg, State.RESOLVED, who, because)

    def status(self):
        return {"in_flight": [{"leg": leg, "rrn": f"{leg:012d}"} for leg in self.in_flight]}

    def _take_up(self, leg, state, who, because):
        if self.states.get(leg) != State.EXCEPTION:
            raise Error(f"leg {leg} is not in exception")
        self.did.append((str(state), leg, who, because))
        return self._write(leg, state)

    def _write(self, leg, state, **columns):
        self._last += 1
        self.states[leg] = state
        written = row(self._last, leg, str(state), pan_masked="999999******0014", **columns)
        return [Append(written), Send(LinkId("acquirer"), "reversal")]


# Keys ---------------------------------------------------------------------------------------------

KEY = {
    "place": "issuer",
    "kind": "pin",
    "check_value": "",
    "old_is_accepted": False,
    "offered": "",
    "is_under_way": False,
    "outcome": "",
    "reason": "",
}
LAB_WITH_KEYS = """
[switch]
listeners = {}
routes = []
hsm = { port = 1 }
[switch.upstreams.issuer]
port = 2
pin_key = "U11111111111111111111111111111111"
mac = { key = "U22222222222222222222222222222222" }
keys = { master = "U33333333333333333333333333333333" }
[switch.upstreams.acquirer]
port = 3
"""


def keyed_config(folder):
    """The configuration of a switch in *folder* that can change two keys at its issuer."""
    path = folder / "lab.toml"
    path.write_text(LAB_WITH_KEYS, "utf-8")
    return section(tomllib.loads(LAB_WITH_KEYS), "switch", SwitchConfig, path).placed(folder)


class KeyedMachine(OperatedMachine):
    """Its one key stands as it is told, look by look; the last one stays."""

    def __init__(self, *stands):
        super().__init__()
        self._stands = [{**KEY, **each} for each in stands]

    def change_key(self, now, who, place, kind, because, *, theirs):
        if place != "issuer":
            raise Error("no such key")
        self.did.append((who, place, kind, because, theirs))
        return []

    def status(self):
        stands = self._stands
        return {"keys": [stands.pop(0) if len(stands) > 1 else stands[0]]}
