"""A terminal and an issuer that are none of ours, written with pyiso8583, do TLS and MACs with us.

Their MACs are their own code too. Two terminals, each with a certificate and a key: neither speaks
as the other.
"""

import asyncio
import copy
import random
import ssl
import struct
import time
from contextlib import asynccontextmanager

import iso8583
import iso8583.specs
import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from msgspec.structs import replace

from cardswitch.hsm_sim.module import HsmModule
from cardswitch.lab.house.running import running
from cardswitch.lab.house.topology import free_ports, make_lab, read_lab
from cardswitch.specs.hsm.names import TAK, ZAK
from cardswitch.specs.security.lmk import TEST_LMK, wrap_key
from cardswitch.switch.core.settings import Route, SpeaksFor
from cardswitch.wire.driver.runtime import run
from cardswitch.wire.operator.macs import MacConfig
from tests.kit.hsm.module import attended
from tests.kit.hsm.module import key as key_of
from tests.kit.listening import listening
from tests.kit.programs import SEED

HOST = "127.0.0.1"
KEY_A, KEY_B, KEY_ZONE = key_of(71), key_of(72), key_of(73)
SPEC = copy.deepcopy(iso8583.specs.default_ascii)
SALE = {
    "t": "0200", "2": "4000000000000002", "3": "000000", "4": "000000001250", "14": "3012",
    "22": "010", "25": "00", "41": "TERM0001", "42": "SHOP0001       ", "49": "978",
}  # fmt: skip
PLACEHOLDER = "0" * 16


def retail_mac(key, data):
    """ISO 9797-1 algorithm 3, padding 1."""
    data += bytes(-len(data) % 8)

    def chained(part, text):
        encryptor = Cipher(TripleDES(part * 3), modes.CBC(bytes(8))).encryptor()
        return encryptor.update(text)[-8:]

    left, right = key[:8], key[8:]
    block = chained(left, data)
    block = Cipher(TripleDES(right * 3), modes.ECB()).decryptor().update(block)
    return Cipher(TripleDES(left * 3), modes.ECB()).encryptor().update(block).hex().upper()


def packed(fields, key):
    """*fields* as a frame, with their MAC under *key*."""
    number = "128" if any(n.isdigit() and int(n) > 64 for n in fields) else "64"
    raw, _ = iso8583.encode({**fields, number: PLACEHOLDER}, SPEC)
    body = bytes(raw[:-16])
    body += retail_mac(key, body).encode()
    return struct.pack(">H", len(body)) + body


def unpacked(body, key):
    """The fields of *body*; AssertionError if its MAC is not that under *key*."""
    assert body[-16:].decode() == retail_mac(key, body[:-16]), "the MAC is wrong"
    return iso8583.decode(body, SPEC)[0]


async def heard(reader):
    (length,) = struct.unpack(">H", await reader.readexactly(2))
    return await reader.readexactly(length)


def context_of(lab, name, protocol):
    context = ssl.SSLContext(protocol)
    context.load_verify_locations(lab.folder / "tls" / "ca.pem")
    context.load_cert_chain(lab.folder / "tls" / f"{name}.pem", lab.folder / "tls" / f"{name}.key")
    context.verify_mode = ssl.CERT_REQUIRED
    return context


class ForeignIssuer:
    """Approves all sales, and agrees to all else."""

    def __init__(self):
        self.asked = []

    async def talk(self, reader, writer):
        while True:
            fields = unpacked(await heard(reader), KEY_ZONE)
            self.asked.append(fields["t"])
            kept = ("3", "4", "7", "11", "32", "37", "41", "42", "49", "70", "90")
            answer = {n: fields[n] for n in kept if n in fields}
            mti = fields["t"]
            answer |= {"t": f"{mti[:2]}{int(mti[2]) + 1}0", "39": "00"}
            writer.write(packed(answer, KEY_ZONE))


class ForeignTerminal:
    """One that comes in with the lab's certificate *name*, and makes its MACs under *key*."""

    def __init__(self, lab, name, key):
        self.lab = lab
        self._port = lab.switch.listeners["pos"].port
        self._context = context_of(lab, name, ssl.PROTOCOL_TLS_CLIENT)
        self._key = key

    async def ask(self, fields, key=None):
        """The answer to *fields*; its MAC is checked under this terminal's own key."""
        reader, writer = await asyncio.open_connection(HOST, self._port, ssl=self._context)
        try:
            writer.write(packed(fields, key or self._key))
            return unpacked(await heard(reader), self._key)
        finally:
            writer.close()


def cryptogram(key_type, clear):
    return wrap_key(TEST_LMK, key_type, "U", clear)


def joined(lab, port):
    """The *lab* with the foreign issuer, at *port*, and a listener for the two terminals."""
    upstream = replace(
        lab.switch.upstreams["issuer"], dialect="iso87-ascii", port=port, framing="binary2",
        mac=MacConfig(key=cryptogram(ZAK, KEY_ZONE)),
    )  # fmt: skip
    pos = replace(
        lab.switch.listeners["pos"], dialect="iso87-ascii", header="none",
        tls_names=("terminal", "hsm"),
        speaks_for={
            "terminal": SpeaksFor(terminals=("TERM0001",)),
            "hsm": SpeaksFor(terminals=("TERM0002",)),
        },
        mac=MacConfig(
            terminal_keys={
                "TERM0001": cryptogram(TAK, KEY_A),
                "TERM0002": cryptogram(TAK, KEY_B),
            }
        ),
    )  # fmt: skip
    switch = replace(
        lab.switch,
        listeners={**lab.switch.listeners, "pos": pos},
        upstreams={**lab.switch.upstreams, "issuer": upstream},
        routes=(Route("pos", "issuer"),),
    )
    return replace(lab, switch=switch)


@asynccontextmanager
async def strangers(folder):
    """The foreign issuer, and the two terminals A and B, with our programs between them."""
    ask = attended(HsmModule(random.Random(SEED).randbytes))
    lab = read_lab(make_lab(folder / "lab", free_ports(), ask=ask)[0])
    issuer, tls = ForeignIssuer(), context_of(lab, "issuer", ssl.PROTOCOL_TLS_SERVER)
    async with listening(issuer.talk, tls) as port, running(joined(lab, port)) as programs:
        await programs.ready()
        a = ForeignTerminal(lab, "terminal", KEY_A)
        b = ForeignTerminal(lab, "hsm", KEY_B)
        yield issuer, a, b


def now():
    return time.strftime("%m%d%H%M%S", time.gmtime())


@pytest.fixture
def told(tmp_path):
    """Run a story with the strangers, and return what it returns."""

    def tell(story):
        async def main():
            async with strangers(tmp_path) as people:
                return await story(*people)

        return run(main())

    return tell


def test_a_foreign_terminal_buys_of_a_foreign_issuer(told):
    async def story(issuer, a, b):
        one = await a.ask({**SALE, "7": now(), "11": "000001"})
        other = await b.ask({**SALE, "7": now(), "11": "000001", "41": "TERM0002"})
        return one, other, issuer.asked

    one, other, asked = told(story)
    assert (one["t"], one["39"], one["41"]) == ("0210", "00", "TERM0001")
    assert (other["t"], other["39"], other["41"]) == ("0210", "00", "TERM0002")
    assert asked == ["0800", "0200", "0200"]


def test_b_neither_reverses_nor_speaks_as_a(told):
    async def story(issuer, a, b):
        sold = {**SALE, "7": now(), "11": "000001"}
        assert (await a.ask(sold))["39"] == "00"
        original = f"0200000001{sold['7']}" + "0" * 22
        reversal = {n: sold[n] for n in ("3", "4", "41", "42", "49")}
        reversal |= {"t": "0420", "7": now(), "11": "000002", "90": original}
        attempts = (reversal, {**sold, "t": "0201"}, {**sold, "11": "000003"})
        for fields in attempts:
            with pytest.raises(AssertionError, match="the MAC is wrong"):
                await b.ask(fields)  # The answer is for A, under A's key: B learns nothing of it.
        thief = ForeignTerminal(b.lab, "hsm", KEY_A)  # with the key of A, not its certificate
        codes = [(await thief.ask(fields))["39"] for fields in attempts]
        before = issuer.asked.count("0420")
        codes.append((await a.ask(reversal))["39"])
        return codes, before

    codes, before = told(story)
    assert codes == ["58", "58", "58", "00"]
    assert before == 0


def test_a_wrong_mac_is_refused_and_reaches_nobody(told):
    async def story(issuer, a, b):
        answer = await a.ask({**SALE, "7": now(), "11": "000001"}, key=KEY_B)
        return answer, issuer.asked

    answer, asked = told(story)
    assert answer["39"] == "89"
    assert "0200" not in asked
