"""A diagnosis as JSON has it."""

from cardswitch.lab.doctor.document import diagnosis_document
from cardswitch.specs.doctor import diagnose
from tests.kit.samples.doctor import SALE, TPDU, TRACK, bases, change, framed, wire

ODD = SALE.with_fields({35: f"{TRACK}0"})
WRAPPED = framed("binary2", TPDU + wire("pos", message=ODD))
EDITED = wire("iso87-ascii", change(48, format="ans..99"))


def found_in(*data):
    return diagnose(data, bases())


def test_the_document_has_what_the_text_has():
    said = diagnosis_document(found_in(EDITED), 1, next_command="x")
    assert (said["fits"], said["best"]["dialect"], said["next"]) == (True, "iso87-ascii", "x")
    assert "ans..99" in said["best"]["toml"]
    assert said["best"]["messages"][0]["fields"]["2"] == "999999******0014"
    failed = diagnosis_document(found_in(WRAPPED[2:-8]), 1)
    assert (failed["fits"], failed["code"]) == (False, "message-short")
    assert diagnosis_document([], 0) == {"fits": False, "best": None}
