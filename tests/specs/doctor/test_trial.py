"""The trial: to the end, and the same again."""

from cardswitch.specs.dialect import Dialect
from cardswitch.specs.doctor.trial import try_dialect
from tests.kit.samples.doctor import SALE, dialect, wire


def test_what_reads_and_writes_fits():
    trial = try_dialect(dialect("pos"), [wire("pos"), wire("pos")])
    assert trial.fits
    assert [message.fields for message in trial.messages] == [SALE.fields] * 2
    assert not trial.findings


def test_one_that_does_not_read_is_told_with_those_before_it():
    trial = try_dialect(dialect("pos"), [wire("pos"), wire("pos")[:-1], wire("pos")])
    assert not trial.fits
    assert len(trial.messages) == 1
    assert trial.error is not None
    assert trial.error.field == "55"


def test_what_is_implausible_is_found_in_parts_too():
    odd = SALE.with_fields({2: "9999990000000015", 55: "9F3609"})
    found = try_dialect(dialect("pos"), [wire("pos", message=odd)]).findings
    assert {"2", "55"} <= {finding.field for finding in found}


class Forgetful(Dialect):
    """A dialect that does not write what it has read."""

    def pack(self, message):
        return super().pack(message.without(48))


def test_what_is_not_the_same_again_does_not_fit():
    trial = try_dialect(Forgetful(dialect("pos").form), [wire("pos")])
    assert trial.error is None
    assert not trial.fits
