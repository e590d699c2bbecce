"""All programs of a lab in one process, on one clock, each with its own runtime."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Final

from cardswitch.hosts.acquirer.desk import NETWORK
from cardswitch.hosts.acquirer.machine import Acquirer
from cardswitch.hosts.bank.watch import BankWatch
from cardswitch.hosts.issuer.machine import Issuer
from cardswitch.hosts.issuer.verification import HSM as ISSUER_HSM
from cardswitch.hosts.serve import serve_acquirer, serve_issuer
from cardswitch.hosts.vault import open_vault
from cardswitch.hsm_sim.serve import serve as serve_hsm
from cardswitch.specs.errors import Error
from cardswitch.switch.core.desk import HSM as SWITCH_HSM
from cardswitch.switch.core.machine import Switch
from cardswitch.switch.operate.serve import serve as serve_switch
from cardswitch.wire.driver.event_log import EventLog
from cardswitch.wire.driver.runtime import Clock
from cardswitch.wire.driver.service import Running as Served

from .papers import has_papers, renew_papers
from .topology import Lab

if TYPE_CHECKING:
    from cardswitch.gateway.serve import ServedGateway

READY_S: Final = 5.0  # On one machine the links are up long before.
LOOK_S: Final = 0.005


class Running:
    """The machines of a lab that runs, and the runtimes that drive them."""

    def __init__(
        self,
        runtimes: list[Served],
        switch: Switch,
        acquirer: Acquirer,
        issuer: Issuer,
        gateway: ServedGateway | None = None,
        bank: BankWatch | None = None,
    ) -> None:
        self.runtimes = runtimes
        self.bank = bank
        self.gateway = gateway
        self.switch = switch
        self.acquirer = acquirer
        self.issuer = issuer

    async def ready(self) -> None:
        """Return once all links are up and signed on. Raises Error naming those that are not."""
        try:
            async with asyncio.timeout(READY_S):
                while self._missing():
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            missing = ", ".join(self._missing())
            raise Error(f"no link in {READY_S:g} s: {missing}") from None

    def _missing(self) -> list[str]:
        """The links that are not up, and of the switch's upstreams those not signed on to."""
        signed_on = self.switch.memory.ready
        missing = [name for name in self.switch.settings.upstreams if name not in signed_on]
        dialled = {
            "the HSM, by the switch": (self.switch, SWITCH_HSM),
            "the HSM, by the issuer": (self.issuer, ISSUER_HSM),
            "the network, by the acquirer": (self.acquirer, NETWORK),
        }
        if self.gateway is not None and not self.gateway.gateway.is_ready:
            missing.append("the switch, by the gateway")
        return missing + [
            who for who, (program, link) in dialled.items() if not program.desk.is_up(link)
        ]


@asynccontextmanager
async def running(
    lab: Lab,
    clock: Clock | None = None,
    log: EventLog | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> AsyncIterator[Running]:
    """Start every program of *lab*, innermost first; stop them in the other order at the end.

    *log* is told what happens on all links, *say* what the bank does. Raises Error.
    """
    clock = clock or Clock()
    if has_papers(lab.folder):
        renew_papers(lab.folder)
    async with AsyncExitStack() as stack:
        try:
            hsm = await serve_hsm(lab.hsm, clock, lab.folder, log=log)
            stack.push_async_callback(hsm.stop)
            issuer, issuer_machine = await serve_issuer(lab.issuer, lab.folder, clock, log)
            stack.push_async_callback(issuer.stop)
            vault = open_vault(lab.switch.vault)
            switch, switch_machine = await serve_switch(lab.switch, vault, clock, log)
            stack.push_async_callback(switch.stop)
            acquirer, acquirer_machine = await serve_acquirer(lab.acquirer, lab.folder, clock, log)
            stack.push_async_callback(acquirer.stop)
            bank = None
            if lab.bank is not None:
                bank = BankWatch(lab.bank, clock, say)
                bank.start()
                stack.push_async_callback(bank.stop)
            gateway = None
            if lab.gateway is not None:
                from cardswitch.gateway.serve import serve_gateway  # HTTP is for whoever needs it

                gateway_vault = open_vault(lab.gateway.vault)
                gateway = await serve_gateway(lab.gateway, gateway_vault, clock, log)
                stack.push_async_callback(gateway.stop)
        except OSError as error:
            raise Error(
                f"a port is taken or cannot be opened: {error.strerror or error}; is another lab "
                "running? Change the ports in lab.toml, or stop the other one"
            ) from error
        runtimes: list[Served] = [hsm, issuer, switch, acquirer]
        runtimes += [each for each in (bank, gateway) if each is not None]
        yield Running(runtimes, switch_machine, acquirer_machine, issuer_machine, gateway, bank)
