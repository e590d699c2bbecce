"""The switch and the issuer against an HSM that wants certificates: theirs is right, or wrong."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace

from cardswitch.hosts.issuer.verification import HSM as ISSUER_HSM
from cardswitch.hosts.serve import serve_issuer
from cardswitch.hosts.vault import open_vault
from cardswitch.hsm_sim.serve import serve as serve_hsm
from cardswitch.lab.house.topology import free_ports, make_lab, read_lab
from cardswitch.specs.hsm.commands.module.status import diagnostics
from cardswitch.switch.core.desk import HSM as SWITCH_HSM
from cardswitch.switch.operate.serve import serve as serve_switch
from cardswitch.wire.channel import HsmClientChannel
from cardswitch.wire.driver.runtime import run
from cardswitch.wire.machine.waits import NoAnswer
from tests.kit.clients import ask
from tests.kit.papers import certificate

PATIENCE_S = 30.0  # Reached only when something is broken.
SERVER = {
    "tls_names": (),
    "tls_certificate": "module.pem",
    "tls_key": "module.key",
    "tls_ca": "house.pem",
}
RIGHT = {
    "tls_names": (),
    "tls_ca": "house.pem",
    "tls_certificate": "client.pem",
    "tls_key": "client.key",
}
WITHOUT = {"tls_names": (), "tls_ca": "house.pem"}
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
    """A switch that dials nobody but the HSM."""
    hsm = replace(lab.switch.hsm, **papers)
    config = replace(lab.switch, hsm=hsm, upstreams={}, routes=()).placed(lab.folder)
    return serve_switch(config, open_vault(config.vault)), SWITCH_HSM


def issuer_of(lab, papers):
    config = replace(lab.issuer, hsm=replace(lab.issuer.hsm, **papers))
    return serve_issuer(config, lab.folder), ISSUER_HSM


@asynccontextmanager
async def beside_an_hsm(lab, starting):
    """The runtime and the machine of the program that *starting* gives, while the HSM is there."""
    hsm = await serve_hsm(lab.hsm, folder=lab.folder)
    try:
        runtime, machine = await starting
        try:
            yield runtime, machine
        finally:
            await runtime.stop()
    finally:
        await hsm.stop()


def asking_at_once(machine, link):
    """What the HSM answers to *machine*, who asks whenever it has found it; None is no answer."""
    answers, linked = [], machine.linked

    async def diagnose():
        try:
            answers.append(await machine.desk.ask(link, diagnostics(), PATIENCE_S))
        except NoAnswer:
            answers.append(None)

    def linked_and_asking(found):
        linked(found)
        if found == link:
            machine.desk.start(diagnose())

    machine.linked = linked_and_asking
    return answers


async def first_answers(lab, program):
    """What *program* is answered once it has asked, or has been refused before it could ask."""
    starting, link = program
    async with beside_an_hsm(lab, starting) as (runtime, machine):
        answers = asking_at_once(machine, link)
        async with asyncio.timeout(PATIENCE_S):
            while not (answers or runtime.counts["dial_failed"]):
                await asyncio.sleep(0.005)
        return answers


@pytest.mark.parametrize("program", [switch_of, issuer_of])
def test_with_the_right_certificate_commands_go_through(lab, program):
    [answer] = run(first_answers(lab, program(lab, RIGHT)))
    assert (answer.code, answer.error) == ("ND", "00")


@pytest.mark.parametrize("program", [switch_of, issuer_of])
@pytest.mark.parametrize("papers", [WITHOUT, STRANGER, {}], ids=["without", "stranger", "plain"])
def test_with_another_one_or_none_nothing_is_answered(lab, program, papers):
    assert not any(run(first_answers(lab, program(lab, papers))))


def test_a_plain_client_hears_nothing(lab):
    async def main():
        starting, _ = switch_of(lab, RIGHT)
        async with beside_an_hsm(lab, starting):
            await ask(lab.hsm.port, HsmClientChannel(), diagnostics().with_header("0001"))

    with pytest.raises((AssertionError, ConnectionError)):
        run(main())
