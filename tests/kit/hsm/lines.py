"""What the lines of HSM commands in tests are made of, and how such a line is checked."""

from cardswitch.specs.hsm import Command, pack_command, unpack_command

TPK, ZPK, PVK, ZMK, BDK = (f"U{digit}{digit}" + "1A" * 15 for digit in "12345")
BLOCK, LONG, NEW = "6428EB94035AF53B", "A912150391AB65A67E52883D81CE2D15", "91DDDA0A7C12CFAA"
PAN12, PAN = "550000025321", "4445500000253211"
PIN, TABLE, LONG_TABLE = "J" + "4D" * 16, "9A466AD30DFE0381", "L" + "5E" * 16
KSN, AES_KSN = "FFFF9876543210E00001", "123456789012345600000001"


def check_line(command: Command, line: str) -> None:
    """*command* is written as *line*, and *line* is read as *command*."""
    assert pack_command(command) == line.encode()
    assert unpack_command(b"0001" + line.encode()) == command.with_header("0001")
