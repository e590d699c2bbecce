"""PINs cross from zone to zone inside the HSM: this side says which keys, and carries blocks."""

from __future__ import annotations

from cardswitch.specs.codes import MALFUNCTION, WRONG_PIN
from cardswitch.specs.errors import Decline
from cardswitch.specs.hsm import Answer, Command
from cardswitch.specs.hsm.commands.pins.blocks import translate_pin_tpk_zpk, translate_pin_zpk_zpk
from cardswitch.specs.hsm.errors import BAD_PIN_BLOCK
from cardswitch.specs.message import Message
from cardswitch.specs.tracks import pan12_of
from cardswitch.wire.machine.waits import NoAnswer

from .desk import HSM, SwitchDesk
from .settings import Upstream


async def translated_pin(
    desk: SwitchDesk, request: Message, pan: str, upstream: Upstream
) -> dict[int, str]:
    """Field 52 for *upstream*, or nothing if *request* holds no PIN.

    Declines 55 if the HSM refuses the block, 96 if it cannot be asked or refuses the keys. While a
    key is changed, the block may be under the new one or under the old.
    """
    block = request.get(52)
    if not block:
        return {}
    source, memory = desk.leg.source, desk.memory
    listener = desk.settings.listeners[source]
    terminal = request[41].rstrip(" ")
    configured = listener.terminal_keys.get(terminal, listener.pin_key)
    place = source if listener.serves == "acquirers" else f"{source}/{terminal}"
    keys = memory.keys.accepted(place, "pin", configured, desk.now)
    target = memory.keys.sending(desk.leg.upstream, "pin", upstream.pin_key)
    if not keys or not target:
        desk.count("pin_key_missing")
        raise Decline(MALFUNCTION)
    translate = translate_pin_tpk_zpk if listener.pin_key_type == "TPK" else translate_pin_zpk_zpk
    for key in keys:
        answer = await _asked(desk, translate(key, target, block, pan12_of(pan)))
        if answer.error not in BAD_PIN_BLOCK:
            break
    if not answer.ok:
        desk.count(f"hsm_error_{answer.error}")
        raise Decline(WRONG_PIN if answer.error in BAD_PIN_BLOCK else MALFUNCTION)
    if len(keys) > 1:
        desk.key_used(place, configured, key)
    return {52: answer.fields["block"]}


async def _asked(desk: SwitchDesk, command: Command) -> Answer:
    try:
        return await desk.ask(HSM, command, within=desk.settings.hsm_timeout_s)
    except NoAnswer:
        desk.count("hsm_no_answer")
        raise Decline(MALFUNCTION) from None
