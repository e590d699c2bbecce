"""Links with MACs: rules with keys of a module in this process, and peers that know the same."""

from cardswitch.specs.dialect import load_dialect
from cardswitch.specs.dialect.covered import covered, mac_field
from cardswitch.specs.security.mac import generate_mac_iso9797
from cardswitch.wire.machine.macs import MacRule

KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
DIALECT = load_dialect("iso87-ascii")


def covers(message):
    return covered(DIALECT, message)


def rule(**changes):
    """A rule whose key is called TAK."""
    return MacRule(**{"covers": covers, "key_type": "003", "key": "TAK", **changes})


def sealed(message, key=KEY):
    """*message* with the MAC that somebody makes who has *key*."""
    mac = generate_mac_iso9797(key, covers(message), 3, 1).hex().upper()
    return message.with_fields({mac_field(message): mac})
