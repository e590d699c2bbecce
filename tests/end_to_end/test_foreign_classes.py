"""A terminal and an issuer that are none of ours, written with pyiso8583, do each class with us."""

import asyncio
import random
import struct
from contextlib import asynccontextmanager

import iso8583
import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from msgspec.structs import replace

from cardswitch.hsm_sim.module import HsmModule
from cardswitch.lab.house.running import running
from cardswitch.lab.house.topology import free_ports, make_lab, read_lab
from cardswitch.specs.hsm.names import TPK
from cardswitch.specs.transactions.kinds import KINDS
from cardswitch.switch.core.settings import Route
from cardswitch.wire.driver.runtime import run
from tests.kit.hsm.module import attended
from tests.kit.hsm.module import key as key_of
from tests.kit.listening import listening
from tests.kit.programs import SEED

from .access.test_strangers import HOST, SPEC, cryptogram, heard, now

PAN, PIN, KEY = "4000000000000002", "1234", key_of(74)
BY_NAME = tuple(kind.name for kind in KINDS.all.values() if kind.by_name)
KEPT = ("3", "4", "7", "11", "32", "37", "41", "42", "49", "70", "90")
BALANCE = "1002978C000000500000"


def pin_block():
    """ISO 9564-1 format 0, under the terminal's key."""
    pan = bytes.fromhex("0000" + PAN[-13:-1])
    clear = bytes.fromhex(f"0{len(PIN)}{PIN}".ljust(16, "F"))
    block = bytes(a ^ b for a, b in zip(clear, pan, strict=True))
    key = KEY if len(KEY) == 24 else KEY + KEY[:8]
    return Cipher(TripleDES(key), modes.ECB()).encryptor().update(block).hex().upper()


def frame(fields):
    raw, _ = iso8583.encode(fields, SPEC)
    return struct.pack(">H", len(raw)) + bytes(raw)


class ForeignIssuer:
    """Approves everything; a card that it verifies is good (85)."""

    def __init__(self):
        self.asked = []

    async def talk(self, reader, writer):
        while True:
            asked, _ = iso8583.decode(await heard(reader), SPEC)
            mti, code = asked["t"], "85" if asked.get("25") == "51" else "00"
            answer = {n: asked[n] for n in KEPT if n in asked}
            answer |= {"t": f"{mti[:2]}{int(mti[2]) + 1}{mti[3]}", "39": code}
            if mti in ("0100", "0200"):
                answer["38"] = "A1B2C3"
            if asked.get("3", "")[:2] == "31":
                answer["54"] = BALANCE
            self.asked.append((mti, asked.get("3", "")[:2]))
            writer.write(frame(answer))


class ForeignTerminal:
    """Asks one thing after the other on one connection."""

    def __init__(self, reader, writer):
        self._reader, self._writer, self._stan = reader, writer, 0

    async def ask(self, mti, amount=None, **fields):
        """What was asked, and the answer; fields are named f3, f4 and so on."""
        self._stan += 1
        asked = {"t": mti, "7": now(), "11": f"{self._stan:06d}", "41": "TERM0001"}
        asked |= {"42": "SHOP0001       "}
        asked |= {} if amount is None else {"4": f"{amount:012d}", "49": "978"}
        asked |= {name[1:]: text for name, text in fields.items()}
        self._writer.write(frame(asked))
        answer, _ = iso8583.decode(await heard(self._reader), SPEC)
        return asked, answer


def of(sold):
    """The names of what was asked before: fields 90, and 37 as its answer says."""
    asked, answer = sold
    return {"f90": f"{asked['t']}{asked['11']}{asked['7']}" + "0" * 22, "f37": answer["37"]}


@asynccontextmanager
async def strangers(folder):
    """The foreign issuer and terminal, with our switch and its HSM between them."""
    ask = attended(HsmModule(random.Random(SEED).randbytes))
    lab = read_lab(make_lab(folder / "lab", free_ports(), ask=ask)[0])
    issuer = ForeignIssuer()
    async with listening(issuer.talk) as port, running(joined(lab, port)) as programs:
        await programs.ready()
        till = lab.switch.listeners["plain"].port
        reader, writer = await asyncio.open_connection(HOST, till)
        yield issuer, ForeignTerminal(reader, writer)
        writer.close()


def joined(lab, port):
    """The *lab* with the foreign issuer at *port*, and a listener for the terminal."""
    upstream = replace(
        lab.switch.upstreams["issuer"], dialect="iso87-ascii", port=port, framing="binary2",
        tls_ca="", tls_certificate="", tls_key="", tls_names=(),
    )  # fmt: skip
    plain = replace(
        lab.switch.listeners["plain"], dialect="iso87-ascii", header="none",
        pin_key=cryptogram(TPK, KEY), allows=BY_NAME,
    )  # fmt: skip
    switch = replace(
        lab.switch,
        listeners={**lab.switch.listeners, "plain": plain},
        upstreams={**lab.switch.upstreams, "issuer": upstream},
        routes=(Route("plain", "issuer"),),
    )
    return replace(lab, switch=switch)


async def day(issuer, till):
    """A terminal's day, each class once; by name, what was answered."""
    card = {"f2": PAN, "f14": "3012", "f22": "011", "f25": "00"}
    pin = {**card, "f22": "011", "f52": pin_block()}
    done = {"sign-on": await till.ask("0800", f70="001"), "echo": await till.ask("0800", f70="301")}
    sale = done["sale"] = await till.ask("0200", 1250, f3="000000", **card)
    done["refund"] = await till.ask("0200", 250, f3="200000", f25="00", **of(sale))
    done["tip"] = await till.ask("0220", 100, f3="020000", f25="00", **of(sale))
    wrong = await till.ask("0200", 900, f3="000000", **card)
    done["void"] = await till.ask("0420", 900, f3="000000", **of(wrong))
    hold = await till.ask("0100", 8000, f3="000000", **card)
    done["preauth"] = hold
    done["increment"] = await till.ask("0100", 500, f3="000000", f25="00", f38="A1B2C3", **of(hold))
    done["complete"] = await till.ask("0220", 6000, f3="000000", f25="06", f38="A1B2C3", **of(hold))
    done["balance"] = await till.ask("0100", f3="310000", **pin)
    done["verify"] = await till.ask("0100", 0, f3="000000", **{**card, "f25": "51"})
    done["cash"] = await till.ask("0200", 5000, f3="010000", **pin)
    cash = {**pin, "f54": "0040978D000000002000"}
    done["cashback"] = await till.ask("0200", 5000, f3="090000", **cash)
    done["offline"] = await till.ask("0220", 700, f3="000000", **card)
    done["stop-list"] = await till.ask("0302", f2=PAN, f91="1", f101="STOPLIST")
    done["report"] = await till.ask("0600", f2=PAN, f104="left here")
    paid, given = 1250 + 100 + 6000 + 5000 + 5000 + 700, 250
    totals = {"f74": f"{1:010d}", "f75": "0" * 10, "f76": f"{6:010d}", "f77": "0" * 10}
    totals |= {"f86": f"{given:016d}", "f87": "0" * 16, "f88": f"{paid:016d}", "f89": "0" * 16}
    net = {"f97": f"D{paid - given:016d}", "f50": "978", "f60": "000001"}
    done["settle"] = await till.ask("0500", **totals, **net)
    done["sign-off"] = await till.ask("0800", f70="002")
    return {name: answer for name, (_, answer) in done.items()}, issuer.asked


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The answers to the terminal, and what the issuer was asked."""

    async def main():
        async with strangers(tmp_path_factory.mktemp("strangers")) as people:
            return await day(*people)

    return run(main())


def test_a_foreign_terminal_does_each_class(told):
    answers, _ = told
    assert {name: answer["39"] for name, answer in answers.items() if answer["39"] != "00"} == {
        "verify": "85"
    }
    assert len(answers) == 18
    assert answers["balance"]["54"] == BALANCE
    assert answers["sale"]["38"] == "A1B2C3"
    assert (answers["settle"]["t"], answers["settle"]["66"]) == ("0510", "1")


def test_a_foreign_issuer_is_asked_each_class(told):
    _, asked = told
    wanted = [
        ("0200", "00"), ("0200", "20"), ("0220", "02"), ("0420", "00"), ("0100", "00"),
        ("0220", "00"), ("0100", "31"), ("0200", "01"), ("0200", "09"), ("0302", ""), ("0600", ""),
    ]  # fmt: skip
    assert {each for each in asked if each[0] != "0800"} == set(wanted)
    assert asked.count(("0100", "00")) == 3, "set aside, increased, and verified"
    assert asked.count(("0220", "00")) == 2, "completed, and sold without the switch"
