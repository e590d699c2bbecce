"""The HSM simulator as a Machine: each command is answered at once, on the link it came by."""

from __future__ import annotations

from collections.abc import Sequence

from specs.hsm import HsmFormatError
from wire.ports import Effect, Event, Garbled, Received, Seconds, Send

from .module import HsmModule


class HsmMachine:
    """*module* behind wires. It keeps nothing of a link and never closes one."""

    def __init__(self, module: HsmModule) -> None:
        self.module = module

    def handle(self, event: Event, now: Seconds) -> Sequence[Effect]:
        """Answer a command, also one that could not be read if it says what it is."""
        match event:
            case Received(link, command):
                return (Send(link, self.module.answer(command, now)),)
            case Garbled(link, HsmFormatError() as error):
                answer = self.module.refuse(error)
                return (Send(link, answer),) if answer else ()
            case _:
                return ()

    def wake(self, now: Seconds) -> Sequence[Effect]:
        """Nothing is ever due."""
        return ()

    def deadline(self) -> Seconds | None:
        """Nothing is ever due."""
        return None
