"""What the rules still forgive, by rule: words of a complaint. It only ever gets shorter."""

from collections.abc import Iterable
from typing import Final

NOT_YET: Final[dict[str, tuple[str, ...]]] = {
    "folder_size": ("hsm_sim/commands:", "specs/hsm/layouts:", "specs/hsm/requests:"),
    "circles": (),
    "hidden_from_collector": (
        "Received.message may", "Garbled.error may", "Send.message may", "Append.entry may",
    ),
    "many_fields": (
        # hsm_sim
        "Stage has", "AuditEntry has", "Policy has", "KeyStore has", "Attributes has",
        "KeyUse has",
        # specs
        "Reason has", "Step has", "Form has", "FieldEntry has", "PartsEntry has",
        "DialectFile has", "Diagnosis has", "Edit has", "Field has", "Kind has", "FieldClass has",
        "Part has", "KeyBlockHeader has",
        # switch
        "Settings has", "Schema has",
    ),
}  # fmt: skip


def not_forgiven(rule: str, said: Iterable[str]) -> list[str]:
    """The complaints of *rule* that count today."""
    words = NOT_YET.get(rule, ())
    return [each for each in said if not any(f" {word}" in f" {each}" for word in words)]
