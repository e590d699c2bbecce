"""What must never lie in a file, in every form in which it could: the search for it."""

from base64 import b64encode
from pathlib import Path

from cardswitch.specs.hsm.commands.pins.blocks import translate_pin_tpk_zpk, translate_pin_zpk_zpk
from cardswitch.specs.security.pinblocks import encode_pinblock_iso_0, pan12_of
from cardswitch.terminal.pinpad.pad import PinPad

PACKED_MIN = 12  # Fewer digits are found in what is random: seven of them, in one run of many.


def forms(text):
    """*text* as bytes: characters of two alphabets, hexadecimal, base64."""
    raw = text.encode("ascii")
    yield from (raw, text.encode("cp037"), raw.hex().encode(), raw.hex().upper().encode())
    for shift in range(3):  # Where it begins in a group of base64; what neighbours share is cut.
        encoded = b64encode(b"\0" * shift + raw)
        yield encoded[-(-shift * 8 // 6) : (shift + len(raw)) * 8 // 6]
    if digits := _digits(text):
        yield from (digits.upper().encode(), digits.encode())


def _digits(text):
    """*text* as it is packed, two digits a byte; empty if it cannot be, or is too short."""
    digits = text.replace("=", "D")
    is_hex = set(digits) <= set("0123456789ABCDEF")
    return digits.lower() if is_hex and len(digits) >= PACKED_MIN else ""


def found(files, secrets):
    """Which of *secrets*, text by name, lie in which of *files*; the secrets are not quoted."""
    needles = [(name, form) for name, text in secrets.items() for form in set(forms(text))]
    packed = [(name, _digits(text)) for name, text in secrets.items() if _digits(text)]
    lying = []
    for path in files:
        content = _content(path)
        lying += [f"{path.name}: {name}" for name, form in needles if form in content]
        halves = content.hex()  # A digit may begin a byte, or end it; all of them must be there.
        lying += [f"{path.name}: {name}" for name, digits in packed if digits in halves]
    return lying


def _content(path):
    """What *path* holds; settlement opens and closes its database while we look."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        assert path.name.endswith(("-shm", "-wal", "-journal")), path
        return b""


def files_below(*folders: Path):
    """Every file in *folders*, at any depth."""
    return [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]


def secrets_of(card, pin, lab, ask):
    """What a sale with *card* and *pin* carries: by name, as text; *ask* is an HSM."""
    front, network = lab.switch.listeners["pos"], lab.switch.listeners["network"]
    pan12 = pan12_of(card.pan)
    clear = encode_pinblock_iso_0(pin, pan12).hex().upper()
    block = PinPad(lab.terminal.tpk).encrypt(pin, card.pan)
    to_acquirer = ask(translate_pin_tpk_zpk(front.pin_key, network.pin_key, block, pan12))
    zpk = lab.switch.upstreams["issuer"].pin_key
    at_acquirer = to_acquirer.fields["block"]
    to_issuer = ask(translate_pin_zpk_zpk(network.pin_key, zpk, at_acquirer, pan12))
    return {
        "card number": card.pan,
        "track 2": card.track2,
        "what follows the number on track 2": card.track2.partition("=")[2],
        "CVV2 as field 48 has it": f"9203{card.cvv2}",
        "clear PIN block": clear,
        "PIN as a block begins": f"0{len(pin)}{pin}".ljust(16, "F"),
        "PIN block of the terminal": block,
        "PIN block of the acquirer": at_acquirer,
        "PIN block of the issuer": to_issuer.fields["block"],
    }
