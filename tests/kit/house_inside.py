"""All programs of a lab inside this process, on free ports, with changes to its configuration."""

from contextlib import asynccontextmanager

from msgspec.structs import replace

from cardswitch.lab.house.running import running
from cardswitch.lab.house.topology import free_ports, make_lab, read_lab
from cardswitch.wire.channel import HsmServerChannel


def lab_in(folder, **bounds):
    """A lab in *folder*; *bounds* are put on every port of it."""
    config, _ = make_lab(folder / "lab", free_ports())
    lab = read_lab(config)
    listeners = {n: replace(each, **bounds) for n, each in lab.switch.listeners.items()}
    return replace(
        lab,
        switch=replace(lab.switch, listeners=listeners),
        acquirer=replace(lab.acquirer, front=replace(lab.acquirer.front, **bounds)),
        issuer=replace(lab.issuer, network=replace(lab.issuer.network, **bounds)),
        hsm=replace(lab.hsm, **bounds),
    )


def ports(lab):
    """By name, the port of everything that listens, how it frames, and the header before that."""
    pos, network = lab.switch.listeners["pos"], lab.switch.listeners["network"]
    front, issuer = lab.acquirer.front, lab.issuer.network
    return {
        "pos": (pos.port, pos.channel().framing, bytes.fromhex("6000010000")),
        "network": (network.port, network.channel().framing, b""),
        "acquirer": (front.port, front.channel().framing, b""),
        "issuer": (issuer.port, issuer.channel().framing, b""),
        "hsm": (lab.hsm.port, HsmServerChannel().framing, b""),
    }


@asynccontextmanager
async def ready(lab):
    """*lab*, running and ready."""
    async with running(lab) as programs:
        await programs.ready()
        yield programs
