"""All programs of a lab inside this process, on free ports, with changes to its configuration."""

from contextlib import asynccontextmanager

from msgspec.structs import replace

from cardswitch.lab.house.running import running
from cardswitch.lab.house.topology import free_ports, make_lab, read_lab
from cardswitch.wire.channel import HsmServerChannel
from tests.kit.registry import let_any_terminal_sell

PLAIN = {"tls_ca": "", "tls_certificate": "", "tls_key": "", "tls_names": ()}


def lab_in(folder, **bounds):
    """A lab in *folder*, without TLS; *bounds* are put on every port of it."""
    config, _ = make_lab(folder / "lab", free_ports())
    let_any_terminal_sell(config)
    lab = without_tls(read_lab(config))
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


def without_tls(lab):
    """*lab*, whose ports can be spoken to, and tapped, by whoever likes."""
    switch, acquirer, issuer = lab.switch, lab.acquirer, lab.issuer
    return replace(
        lab,
        hsm=replace(lab.hsm, **PLAIN),
        switch=replace(
            switch,
            hsm=replace(switch.hsm, **PLAIN),
            listeners={
                name: replace(each, **PLAIN, speaks_for={})
                for name, each in switch.listeners.items()
            },
            upstreams={name: replace(each, **PLAIN) for name, each in switch.upstreams.items()},
        ),
        acquirer=replace(
            acquirer,
            front=replace(acquirer.front, **PLAIN),
            network=replace(acquirer.network, **PLAIN),
        ),
        issuer=replace(
            issuer, network=replace(issuer.network, **PLAIN), hsm=replace(issuer.hsm, **PLAIN)
        ),
        terminal=replace(lab.terminal, **PLAIN),
        gateway=None,  # Its API speaks HTTPS alone, as the shop does.
        shop=None,
    )
