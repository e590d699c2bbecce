"""Acquirer and issuer on real ports: they answer, and a journal survives them."""

import asyncio
import time
from contextlib import asynccontextmanager
from functools import partial
from itertools import count

import pytest
from msgspec.structs import replace

from cardswitch.hosts import serve
from cardswitch.hosts.config import HostAddress, HostListener
from cardswitch.hosts.rules import reload
from cardswitch.hosts.rules.file import read_all
from cardswitch.hosts.serve import serve_acquirer, serve_issuer
from cardswitch.lab.house.topology import free_ports
from cardswitch.specs.dates import transmission_time
from cardswitch.specs.errors import ConfigError, Error, FormatError
from cardswitch.wire.driver.runtime import run
from cardswitch.wire.operator.addresses import Address, IsoListener
from tests.kit.clients import ask
from tests.kit.hosts import acquirer_config, issuer_config, purchase, repeat_of, reversal_of

PORTS = free_ports()
FRONT = HostListener(port=PORTS.acquirer)
NETWORK = IsoListener(port=PORTS.issuer, dialect="iso87-binary", framing="binary2")
ACQUIRER = acquirer_config(front=FRONT, network=HostAddress(port=PORTS.network))
ISSUER = issuer_config(network=NETWORK, hsm=Address(port=PORTS.hsm))


@pytest.fixture
def vault(tmp_path):
    """The keys of the cards of both hosts, whose folder is *tmp_path*."""
    for name in ("acquirer.vault", "issuer.vault"):
        (tmp_path / name).write_text("a5" * 32)


def now():
    """Field 7: of another day, a purchase would be refused."""
    return transmission_time(time.time())


@asynccontextmanager
async def served(starting):
    """The machine that *starting* gives, while it is served."""
    runtime, machine = await starting
    try:
        yield machine
    finally:
        await runtime.stop()


@pytest.mark.usefixtures("vault")
def test_an_issuer_answers_and_remembers(tmp_path):
    async def main():
        async with served(serve_issuer(ISSUER, tmp_path)) as issuer:
            answer = await ask(NETWORK.port, NETWORK.channel(), purchase(f7=now()))
            assert (answer.mti, answer[39]) == ("0210", "00")
            held = issuer.held()
            assert sum(held.values()) == 1_250
        async with served(serve_issuer(ISSUER, tmp_path)) as again:
            assert again.held() == held

    run(main())
    assert (tmp_path / "issuer.db").stat().st_size > 0


def test_papers_of_an_issuer_that_are_not_there_are_named(tmp_path):
    hsm = Address(port=PORTS.hsm, tls_ca="ca.pem")
    with pytest.raises(ConfigError, match=rf"^issuer\.hsm\.tls_ca: {tmp_path}/ca\.pem"):
        run(serve_issuer(issuer_config(network=NETWORK, hsm=hsm), tmp_path))


@pytest.mark.usefixtures("vault")
def test_an_acquirer_without_a_network_answers_91_and_approves_nothing(tmp_path):
    async def main():
        async with served(serve_acquirer(ACQUIRER, tmp_path)) as acquirer:
            answer = await ask(FRONT.port, FRONT.channel(), purchase(f7=now()))
            assert (answer.mti, answer[39]) == ("0210", "91")
            assert acquirer.approved() == {}

    run(main())


@pytest.mark.usefixtures("vault")
def test_an_acquirer_asks_the_network_and_remembers(tmp_path):
    """Here the network is the issuer itself, in the acquirer's dialect."""
    network = IsoListener(port=PORTS.network)
    issuer = issuer_config(network=network, hsm=Address(port=PORTS.hsm))

    async def main():
        async with served(serve_issuer(issuer, tmp_path)):
            async with served(serve_acquirer(ACQUIRER, tmp_path)) as acquirer:
                for trace in count(1):  # It may not have signed on yet.
                    request = purchase(2_000, trace, f7=now())
                    answer = await ask(FRONT.port, FRONT.channel(), request)
                    if answer[39] != "91":
                        break
                approved = acquirer.approved()
            async with served(serve_acquirer(ACQUIRER, tmp_path)) as again:
                assert again.approved() == approved
        assert answer[39] == "00"
        assert [amount for *_, amount in approved.values()] == [2_000]

    run(main())


@pytest.mark.usefixtures("vault")
def test_a_journal_of_an_older_acquirer_is_not_forgotten_in_silence(tmp_path):
    (tmp_path / "acquirer.journal").write_text("{}\n")
    with pytest.raises(Error, match=r"acquirer\.journal: .* older version .* start with a new one"):
        run(serve_acquirer(ACQUIRER, tmp_path))
    assert not (tmp_path / "acquirer.db").exists()


def test_an_acquirer_whose_key_is_missing_says_so(tmp_path):
    with pytest.raises(ConfigError, match=r"acquirer\.vault: the vault's key cannot be read"):
        run(serve_acquirer(ACQUIRER, tmp_path))


@pytest.mark.usefixtures("vault")
def test_an_acquirer_with_another_key_lets_go_of_its_journal(tmp_path):
    async def main():
        async with served(serve_acquirer(ACQUIRER, tmp_path)):
            pass
        (tmp_path / "acquirer.vault").write_text("5a" * 32)
        with pytest.raises(ConfigError, match="not the one that the journal was written with"):
            await serve_acquirer(ACQUIRER, tmp_path)
        (tmp_path / "acquirer.vault").write_text("a5" * 32)
        async with served(serve_acquirer(ACQUIRER, tmp_path)):
            pass

    run(main())


@pytest.mark.usefixtures("vault")
def test_an_issuer_finds_in_its_journal_what_it_has_forgotten(tmp_path, monkeypatch):
    monkeypatch.setattr("cardswitch.hosts.issuer.legs.FRESH_S", -1.0)
    serving = partial(serve_issuer, ISSUER, tmp_path)
    first, second = purchase(1_250, f7=now()), purchase(500, 8, f7=now())

    async def asked(request):
        return await ask(NETWORK.port, NETWORK.channel(), request)

    async def main():
        answers = []
        async with served(serving()) as issuer:
            issuer.legs.remembered_max = 0
            answers += [await asked(request) for request in (first, second)]
            assert not len(issuer.legs)
        async with served(serving()) as again:
            again.legs.remembered_max = 0
            undo, repeat = reversal_of(first), repeat_of(first)
            answers += [await asked(each) for each in (repeat, undo, repeat_of(undo), repeat)]
            assert again.held_in_all() == {"978": 500}
        return [(answer[39], answer.get(38)) for answer in answers]

    assert run(main()) == [
        ("00", "000001"),
        ("00", "000002"),
        ("00", "000001"),
        ("00", ""),
        ("00", ""),
        ("12", ""),
    ]


@pytest.mark.usefixtures("vault")
def test_a_journal_of_an_older_issuer_is_not_forgotten_in_silence(tmp_path):
    (tmp_path / "issuer.journal").write_text("{}\n")
    with pytest.raises(Error, match=r"issuer\.journal: .* older version .* start with a new one"):
        run(serve_issuer(ISSUER, tmp_path))
    assert not (tmp_path / "issuer.db").exists()


def test_an_issuer_whose_key_is_missing_or_another_says_so_and_lets_go_of_its_journal(tmp_path):
    key = tmp_path / "issuer.vault"

    async def main():
        with pytest.raises(ConfigError, match=r"issuer\.vault: the vault's key cannot be read"):
            await serve_issuer(ISSUER, tmp_path)
        for text, is_right in (("a5", True), ("5a", False), ("a5", True)):
            key.write_text(text * 32)
            if is_right:
                async with served(serve_issuer(ISSUER, tmp_path)):
                    pass
            else:
                with pytest.raises(Error, match="not the one that this journal was written with"):
                    await serve_issuer(ISSUER, tmp_path)

    run(main())


RULE = """[[rule]]
name = "no money"
answer = "51"
"""


@pytest.mark.usefixtures("vault")
def test_an_issuer_does_what_its_rules_say_and_takes_a_changed_file_over(tmp_path, monkeypatch):
    monkeypatch.setattr(reload, "LOOK_S", 0.01)
    path = tmp_path / "mine.toml"
    path.write_text(RULE)
    config = replace(ISSUER, rules=("mine.toml",))

    async def main():
        async with served(serve_issuer(config, tmp_path)), asyncio.timeout(60):
            assert (await asked(1))[39] == "51"
            path.write_text(RULE.replace("51", "05"))
            for number in count(2):
                if (await asked(number))[39] == "05":
                    return
                await asyncio.sleep(0.01)

    async def asked(number):
        return await ask(NETWORK.port, NETWORK.channel(), purchase(trace=number, f7=now()))

    run(main())


@pytest.mark.usefixtures("vault")
def test_a_file_of_rules_that_changes_during_the_start_is_taken_over(tmp_path, monkeypatch):
    monkeypatch.setattr(reload, "LOOK_S", 0.01)
    path = tmp_path / "mine.toml"
    path.write_text(RULE)
    config = replace(ISSUER, rules=("mine.toml",))
    found = []

    def read_and_change(*how):
        found.append(read_all(*how))
        if len(found) == 1:
            path.write_text(f"{RULE}\n{RULE}")
        return found[-1]

    monkeypatch.setattr(serve, "read_all", read_and_change)

    async def main():
        async with served(serve_issuer(config, tmp_path)), asyncio.timeout(10):
            while len(found) < 2:
                await asyncio.sleep(0.01)

    run(main())


@pytest.mark.usefixtures("vault")
def test_a_cut_answer_is_as_short_as_the_rule_says(tmp_path):
    (tmp_path / "mine.toml").write_text("[[rule]]\ntruncate = 10\n")
    config = replace(ISSUER, rules=("mine.toml",))

    async def main():
        async with served(serve_issuer(config, tmp_path)):
            with pytest.raises(FormatError):
                await ask(NETWORK.port, NETWORK.channel(), purchase(f7=now()))

    run(main())


@pytest.mark.usefixtures("vault")
def test_rules_with_a_fault_end_the_start_with_their_line(tmp_path):
    (tmp_path / "mine.toml").write_text("[[rule]]\nanser = '51'\n")

    async def main():
        with pytest.raises(ConfigError, match=r"mine\.toml, line 2: rule 1: anser: .* answer\?"):
            await serve_issuer(replace(ISSUER, rules=("mine.toml",)), tmp_path)

    run(main())


@pytest.mark.usefixtures("vault")
def test_without_the_key_of_cavvs_it_does_not_start(tmp_path):
    async def main():
        with pytest.raises(ConfigError, match=r"key of CAVVs cannot be read.* leave cavv_key out"):
            await serve_issuer(replace(ISSUER, cavv_key="no.cavv"), tmp_path)

    run(main())
