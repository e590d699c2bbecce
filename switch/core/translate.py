"""PINs cross from zone to zone inside the HSM: this side says which keys, and carries blocks."""

from __future__ import annotations

from typing import Final

from cardswitch.specs.codes import MALFUNCTION, WRONG_PIN
from cardswitch.specs.errors import Decline
from cardswitch.specs.hsm import Command
from cardswitch.specs.hsm.commands.pins.blocks import translate_pin_tpk_zpk, translate_pin_zpk_zpk
from cardswitch.specs.message import Message
from cardswitch.specs.tracks import pan12_of
from cardswitch.wire.machine.waits import NoAnswer

from .desk import HSM, SwitchDesk
from .settings import Upstream

BAD_PIN_BLOCK: Final = frozenset(["20", "24"])  # The block, or the PIN's length, is not acceptable.


async def translated_pin(
    desk: SwitchDesk, request: Message, pan: str, upstream: Upstream
) -> dict[int, str]:
    """Field 52 for *upstream*, or nothing if *request* holds no PIN.

    Declines 55 if the HSM refuses the block, 96 if it cannot be asked or refuses the keys.
    """
    block = request.get(52)
    if not block:
        return {}
    command = _command(desk, request, block, pan12_of(pan), upstream)
    try:
        answer = await desk.ask(HSM, command, within=desk.settings.hsm_timeout_s)
    except NoAnswer:
        desk.count("hsm_no_answer")
        raise Decline(MALFUNCTION) from None
    if not answer.ok:
        desk.count(f"hsm_error_{answer.error}")
        raise Decline(WRONG_PIN if answer.error in BAD_PIN_BLOCK else MALFUNCTION)
    return {52: answer.fields["block"]}


def _command(
    desk: SwitchDesk, request: Message, block: str, pan12: str, upstream: Upstream
) -> Command:
    listener = desk.settings.listeners[desk.leg.source]
    key = listener.terminal_keys.get(request[41].rstrip(" "), listener.pin_key)
    if not key or not upstream.pin_key:
        desk.count("pin_key_missing")
        raise Decline(MALFUNCTION)
    if listener.pin_key_type == "TPK":
        return translate_pin_tpk_zpk(key, upstream.pin_key, block, pan12)
    return translate_pin_zpk_zpk(key, upstream.pin_key, block, pan12)
