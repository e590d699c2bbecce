"""What commands call things: PIN block formats and key types."""

from __future__ import annotations

from typing import Final

# PIN block formats: ISO 9564-1 format 0, 1 and 3, its EMV format 2, the AES format 4, and Diebold.
ISO_0: Final = "01"
ISO_1: Final = "05"
ISO_2: Final = "34"
ISO_3: Final = "47"
ISO_4: Final = "48"
DIEBOLD: Final = "03"
VIS: Final = "41"  # in scripts alone; with the current PIN 42
VIS_CURRENT: Final = "42"
PIN_LENGTH_MAX: Final = "12"  # ISO 9564-1: a PIN has 4 to 12 digits.
# Key types of a variant LMK: a pair of keys and a variant. Of a key block LMK, the attributes say.
ZMK: Final = "000"
ZPK: Final = "001"
TPK: Final = "002"  # And TMK and PVK: they share it.
TAK: Final = "003"
ZAK: Final = "008"
CVK: Final = "402"
BDK: Final = "009"
IKEY: Final = "302"
BY_ATTRIBUTES: Final = "FFF"
