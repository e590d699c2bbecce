"""The switch and the issuer against an HSM that wants certificates: theirs is right, or wrong."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace

from hosts.serve import serve_issuer
from hosts.verification import HSM as ISSUER_HSM
from hsm_sim.serve import serve as serve_hsm
from lab.topology import free_ports, make_lab, open_vault, read_lab
from specs.hsm.requests import diagnostics
from switch.core.desk import HSM as SWITCH_HSM
from switch.serve import serve as serve_switch
from tests.clients import ask
from tests.papers import certificate
from wire.channel import HsmClientChannel
from wire.runtime import run

PATIENCE_S = 30.0  # Reached only when something is broken.
SERVER = {"tls_certificate": "module.pem", "tls_key": "module.key", "tls_clients": "house.pem"}
RIGHT = {"tls_ca": "house.pem", "tls_certificate": "client.pem", "tls_key": "client.key"}
WITHOUT = {"tls_ca": "house.pem"}
STRANGER = RIGHT | {"tls_certificate": "stranger.pem", "tls_key": "stranger.key"}


@pytest.fixture
def lab(tmp_path):
    """A lab on ports that nobody has, with certificates in its folder, and an HSM that asks."""
    read = read_lab(make_lab(tmp_path / "lab", free_ports())[0])
    house = certificate(read.folder, "house")
    certificate(read.folder, "module", house)
    certificate(read.folder, "client", house)
    certificate(read.folder, "stranger", certificate(read.folder, "strangers"))
    return replace(read, hsm=replace(read.hsm, **SERVER))


def switch_of(lab, papers):
    config = replace(lab.switch, hsm=replace(lab.switch.hsm, **papers)).placed(lab.folder)
    return serve_switch(config, open_vault(config.vault)), SWITCH_HSM


def issuer_of(lab, papers):
    config = replace(lab.issuer, hsm=replace(lab.issuer.hsm, **papers))
    return serve_issuer(config, lab.folder), ISSUER_HSM


@asynccontextmanager
async def beside_an_hsm(lab, starting):
    """The runtimes of the HSM and of the program that *starting* gives, and its machine."""
    hsm = await serve_hsm(lab.hsm, folder=lab.folder)
    try:
        runtime, machine = await starting
        try:
            yield hsm, runtime, machine
        finally:
            await runtime.stop()
    finally:
        await hsm.stop()


async def until(holds):
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await asyncio.sleep(0.005)


async def diagnosed(lab, program):
    """What the HSM answers to *program*."""
    starting, link = program
    async with beside_an_hsm(lab, starting) as (_, runtime, machine):
        await until(lambda: machine.desk.is_up(link))
        answers = []

        async def flow():
            answers.append(await machine.desk.ask(link, diagnostics(), PATIENCE_S))

        def begin(now):
            machine.kernel.advance(now)
            machine.kernel.start(flow())
            return machine.kernel.take()

        runtime.call(begin)
        await until(lambda: answers)
        return answers[0]


@pytest.mark.parametrize("program", [switch_of, issuer_of])
def test_with_the_right_certificate_commands_go_through(lab, program):
    answer = run(diagnosed(lab, program(lab, RIGHT)))
    assert (answer.code, answer.error) == ("ND", "00")


@pytest.mark.parametrize("program", [switch_of, issuer_of])
@pytest.mark.parametrize("papers", [WITHOUT, STRANGER, {}])
def test_with_another_one_or_none_or_without_tls_nobody_comes_in(lab, program, papers):
    starting, _ = program(lab, papers)

    async def main():
        async with beside_an_hsm(lab, starting) as (hsm, runtime, _):
            for _ in range(2):
                ends = runtime.counts.total()
                await until(lambda: runtime.counts.total() > ends)
            return hsm.counts

    assert run(main()) == {}


def test_a_plain_client_hears_nothing(lab):
    async def main():
        starting, _ = switch_of(lab, RIGHT)
        async with beside_an_hsm(lab, starting):
            await ask(lab.hsm.port, HsmClientChannel(), diagnostics().with_header("0001"))

    with pytest.raises((AssertionError, ConnectionError)):
        run(main())
