"""Messages of a terminal get their MAC on the way out, and are believed for it on the way in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cardswitch.specs.dialect.covered import MAC_FIELDS
from cardswitch.wire.machine.macs import Sealed
from cardswitch.wire.machine.matching import Exchange, label
from cardswitch.wire.machine.program import Program
from cardswitch.wire.ports import Effect, LinkId, Send

from ..pinpad.macs import MacPad


class SealingProgram(Program):
    """A program that makes and checks MACs by itself; without a pad there are none."""

    def __init__(self, exchanges: Mapping[str, Exchange], macs: MacPad | None) -> None:
        super().__init__(exchanges)
        self._mac_pad = macs
        if macs is not None:
            self.kernel.hold_back = self._seal

    def _old_mac_pad(self) -> MacPad | None:
        """The pad with the key of before, while what is under that is accepted too."""
        return None

    def _mac_key_seen(self) -> None:
        """The other side has used the key that is ours now."""

    def _seal(self, effect: Effect) -> bool:
        """Send, instead of *effect*, the same message with its MAC."""
        if self._mac_pad is None or not isinstance(effect, Send) or isinstance(effect, Sealed):
            return False
        self.kernel.effects.append(Sealed(effect.link, self._mac_pad.sealed(effect.message)))
        return True

    def _received(self, link: LinkId, message: Any) -> None:
        """What has not the right MAC never came, or is told of, as the rule says."""
        if self._mac_pad is not None:
            if not self._is_right(message, self._mac_pad):
                self.kernel.counts["mac_wrong"] += 1
                self.kernel.tell("mac_wrong", link, f"{label(message)}: its MAC is another")
                if self._mac_pad.rule.wrong != "log":
                    return
            message = message.without(*MAC_FIELDS)
        super()._received(link, message)

    def _is_right(self, message: Any, pad: MacPad) -> bool:
        if pad.is_right(message):
            self._mac_key_seen()
            return True
        old = self._old_mac_pad()
        return old is not None and old.is_right(message)
