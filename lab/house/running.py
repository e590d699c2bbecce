"""All programs of a lab, or some, in one process, on one clock, each with its own runtime."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
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
from cardswitch.wire.operator.addresses import Address

from .chain import LabChain
from .emulation import LabEmulation, forget_wishes
from .money import money_of
from .papers import has_papers, renew_papers
from .programs import Runs, ports
from .shop import make_shop_key

if TYPE_CHECKING:
    from cardswitch.gateway.serve import ServedGateway

READY_S: Final = 5.0  # On one machine the links are up long before.
LOOK_S: Final = 0.005


class Running:
    """The machines of those programs that run, and the runtimes that drive them."""

    def __init__(self, house: Runs) -> None:
        self.runtimes: list[Served] = []
        self.bank: BankWatch | None = None
        self.gateway: ServedGateway | None = None
        self._house = house
        self._switch: Switch | None = None
        self._acquirer: Acquirer | None = None
        self._issuer: Issuer | None = None

    @property
    def switch(self) -> Switch:
        """The machine of the switch, where there is one."""
        assert self._switch is not None, "no [switch] runs here"
        return self._switch

    @property
    def acquirer(self) -> Acquirer:
        """The machine of the acquirer, where there is one."""
        assert self._acquirer is not None, "no [acquirer] runs here"
        return self._acquirer

    @property
    def issuer(self) -> Issuer:
        """The machine of the issuer, where there is one."""
        assert self._issuer is not None, "no [issuer] runs here"
        return self._issuer

    # Starting -------------------------------------------------------------------------------------

    async def start(
        self, stack: AsyncExitStack, clock: Clock, log: EventLog | None, say: Callable[[str], None]
    ) -> None:
        """Start each, innermost first; *stack* stops them in the other order. OSError, Error."""
        house = self._house
        forget_wishes(house)
        if house.hsm is not None:
            self._started(stack, await serve_hsm(house.hsm, clock, house.folder, log=log))
        if house.issuer is not None:
            served, self._issuer = await serve_issuer(house.issuer, house.folder, clock, log)
            self._started(stack, served)
        if house.switch is not None:
            vault = open_vault(house.switch.vault)
            served, self._switch = await serve_switch(house.switch, vault, clock, log)
            self._started(stack, served)
        if house.acquirer is not None:
            served, self._acquirer = await serve_acquirer(house.acquirer, house.folder, clock, log)
            self._started(stack, served)
        if house.bank is not None:
            self.bank = BankWatch(house.bank, clock, say)
            self.bank.start()
            self._started(stack, self.bank)
            if house.bank.pages is not None:
                from cardswitch.hosts.bank.serve import serve_home

                self._started(stack, await serve_home(house.bank, clock, log))
        if house.acs is not None:
            from cardswitch.hosts.acs.serve import serve_acs

            self._started(stack, await serve_acs(house.acs, clock, log))
        if house.gateway is not None:
            from cardswitch.gateway.serve import serve_gateway  # HTTP is for whoever needs it

            vault = open_vault(house.gateway.vault)
            self.gateway = await serve_gateway(
                house.gateway,
                vault,
                clock,
                log,
                LabChain(house),
                money_of(house),
                emulation=LabEmulation(house, self._issuer),
            )
            self._started(stack, self.gateway)
        if house.shop is not None:
            from cardswitch.gateway.shop.serve import serve_shop

            make_shop_key(house, clock)
            self._started(stack, await serve_shop(house.shop, clock, log))

    def _started(self, stack: AsyncExitStack, served: Served) -> None:
        self.runtimes.append(served)
        stack.push_async_callback(served.stop)

    # Links ----------------------------------------------------------------------------------------

    async def ready(self) -> None:
        """Return once all links between these programs are up and signed on.

        Raises Error naming those that are not. Who is elsewhere is not waited for.
        """
        try:
            async with asyncio.timeout(READY_S):
                while self._missing():
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            missing = ", ".join(self._missing())
            raise Error(f"no link in {READY_S:g} s: {missing}") from None

    def _missing(self) -> list[str]:
        """The links that are not up, and of the switch's upstreams those not signed on to."""
        return [
            who for who, dialled, is_up in self._links() if not is_up and self._is_near(dialled)
        ]

    def _links(self) -> Iterator[tuple[str, Address, bool]]:
        """Each link that is dialled: what it is called, where to, and whether it may be used."""
        house = self._house
        if self._switch is not None and house.switch is not None:
            ready = self._switch.memory.ready
            for name, upstream in house.switch.upstreams.items():
                yield name, upstream, name in ready
            yield "the HSM, by the switch", house.switch.hsm, self._switch.desk.is_up(SWITCH_HSM)
        if self._issuer is not None and house.issuer is not None:
            yield "the HSM, by the issuer", house.issuer.hsm, self._issuer.desk.is_up(ISSUER_HSM)
        if self._acquirer is not None and house.acquirer is not None:
            is_up = self._acquirer.desk.is_up(NETWORK)
            yield "the network, by the acquirer", house.acquirer.network, is_up
        if self.gateway is not None and house.gateway is not None:
            is_up = self.gateway.gateway.is_ready
            yield "the switch, by the gateway", house.gateway.switch, is_up

    def _is_near(self, dialled: Address) -> bool:
        """Whether who is *dialled* runs here; a whole lab has them all, whatever stands between."""
        house = self._house
        is_whole = all((house.hsm, house.issuer, house.switch, house.acquirer))
        return is_whole or dialled.port in ports(house)


@asynccontextmanager
async def running(
    house: Runs,
    clock: Clock | None = None,
    log: EventLog | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> AsyncIterator[Running]:
    """Start every program of *house*, innermost first; stop them in the other order at the end.

    *log* is told what happens on all links, *say* what the bank does. Raises Error.
    """
    if has_papers(house.folder):
        renew_papers(house.folder)
    async with AsyncExitStack() as stack:
        programs = Running(house)
        try:
            await programs.start(stack, clock or Clock(), log, say)
        except OSError as error:
            raise Error(
                f"a port is taken or cannot be opened: {error.strerror or error}; is another lab "
                "running? Change the ports in lab.toml, or stop the other one"
            ) from error
        yield programs
