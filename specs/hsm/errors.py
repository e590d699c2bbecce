"""The error codes of HSM answers, and the error that a frame raises which breaks the format."""

from __future__ import annotations

from typing import Final

from cardswitch.specs.errors import FormatError

NO_ERROR: Final = "00"
MISMATCH: Final = "01"
# The same number in an answer to A6: the key came with wrong parity, was corrected and imported.
PARITY_CORRECTED: Final = "01"
# A warning in answers about IBM PINs, if the policy wants it: what was asked for is done.
LONG_PVK: Final = "02"
SOURCE_KEY_REFUSED: Final = "10"
TARGET_KEY_REFUSED: Final = "11"
STORAGE_REFUSED: Final = "12"
LMK_UNKNOWN: Final = "13"
PIN_UNDER_LMK_REFUSED: Final = "14"
INPUT_REFUSED: Final = "15"
PRINTER_REFUSED: Final = "16"
NOT_AUTHORISED: Final = "17"
PIN_BLOCK_REFUSED: Final = "20"
INDEX_REFUSED: Final = "21"
ACCOUNT_REFUSED: Final = "22"
PIN_BLOCK_FORMAT_UNKNOWN: Final = "23"
PIN_LENGTH_REFUSED: Final = "24"
# It is no block with a PIN: perhaps it is under another key.
BAD_PIN_BLOCK: Final = frozenset([PIN_BLOCK_REFUSED, PIN_LENGTH_REFUSED])
TABLE_REFUSED: Final = "25"
KEY_SCHEME_REFUSED: Final = "26"
KEY_LENGTH_REFUSED: Final = "27"
KEY_TYPE_UNKNOWN: Final = "28"
FUNCTION_REFUSED: Final = "29"
LMK_CHANGE_REFUSED: Final = "33"
DATA_FORM_REFUSED: Final = "35"
TOO_MANY_PIN_FAILURES: Final = "39"
CRYPTOGRAPHY_FAILED: Final = "42"
PRIVATE_KEY_REFUSED: Final = "49"
NOT_LICENSED: Final = "67"
COMMAND_DISABLED: Final = "68"
PIN_BLOCK_FORMAT_DISABLED: Final = "69"
KEY_PARTS_REPEATED: Final = "75"
PUBLIC_KEY_LENGTH_REFUSED: Final = "76"
PRIVATE_KEY_LENGTH_REFUSED: Final = "78"
DATA_LENGTH_REFUSED: Final = "80"
PIN_LENGTHS_DIFFER: Final = "81"
MAC_DATA_LENGTH_REFUSED: Final = "82"
KEY_BLOCK_FORM_REFUSED: Final = "83"
KEY_BLOCK_CHECK_FAILED: Final = "84"
PIN_EXCLUDED: Final = "86"
KEY_BLOCK_MAC_FAILED: Final = "A4"
KEY_USAGE_REFUSED: Final = "A6"
KEY_ALGORITHM_REFUSED: Final = "A7"
KEY_MODE_REFUSED: Final = "A8"
KEY_BLOCK_VERSION_REFUSED: Final = "A9"
KEY_NOT_EXPORTABLE: Final = "AA"
WRAPPING_KEY_REFUSED: Final = "BB"

# What people read for a code; the meanings of 01 to 06 depend on the command.
ERRORS: Final = {
    "00": "no error",
    "01": "verification failed; in an answer to A6: key parity was corrected",
    "02": "MAC mode unknown",
    "03": "MAC input format unknown",
    "04": "MAC size unknown",
    "05": "MAC algorithm unknown; in an answer to BU: length flag and key disagree",
    "06": "MAC padding unknown",
    "10": "first key refused: wrong parity, wrong type, or weak",
    "11": "second key refused: wrong parity, wrong type, or weak",
    "12": "no key in that place of the user storage",
    "13": "no such LMK, or it was erased",
    "14": "PIN under LMK refused",
    "15": "input breaks the layout of the command",
    "16": "no printer, or it is not ready",
    "17": "not in the authorised state that this needs",
    "20": "PIN block refused",
    "21": "index refused",
    "22": "account number refused",
    "23": "PIN block format unknown",
    "24": "PIN length not within 4 to 12, or above the given maximum",
    "25": "decimalisation table refused",
    "26": "key scheme refused",
    "27": "key length refused",
    "28": "key type unknown",
    "29": "key does not permit this function",
    "33": "no old LMK in key change storage",
    "35": "data not of the form that the command says",
    "39": "too many PIN failures: PIN verification is closed",
    "42": "the cryptography itself failed",
    "49": "RSA private key refused: not under this LMK",
    "51": "header flag unknown",
    "67": "command not licensed",
    "68": "command unknown or disabled",
    "69": "PIN block format, or this change of format, disabled",
    "75": "key parts repeat: a shorter key poses as a longer one",
    "76": "RSA public key of a length that is not admitted",
    "78": "RSA private key of a length that is not admitted, or too short for the hash",
    "80": "data shorter than its length says, or of a length that cannot be",
    "81": "PIN lengths differ; in an answer to KQ or KW: no transaction data",
    "82": "no data for the second MAC",
    "83": "key block breaks its form",
    "84": "key block does not hold what its header says",
    "86": "PIN is one of those excluded",
    "A4": "key block authentication failed",
    "A6": "key usage of the key block not for this",
    "A7": "algorithm of the key block not for this",
    "A8": "mode of use of the key block not for this",
    "A9": "key block version refused",
    "AA": "key is not exportable",
    "BB": "wrapping key refused",
}


class HsmFormatError(FormatError):
    """A command or an answer breaks its layout.

    *header* and *code* are those of the frame, as far as they could be read (else empty), and
    *error_code* is what a module answers, so that the command need not be read twice.
    """

    def __init__(
        self,
        expected: str,
        *,
        field: str = "",
        offset: int | None = None,
        hint: str = "",
        header: str = "",
        code: str = "",
        error_code: str = INPUT_REFUSED,
    ) -> None:
        super().__init__(expected, field=field, offset=offset, hint=hint)
        self.header = header
        self.code = code
        self.error_code = error_code
