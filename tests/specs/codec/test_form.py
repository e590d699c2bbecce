"""specs.codec.form: what a file says, and the MTIs that follow from its version."""

import pytest

from cardswitch.specs.dialect import list_dialects, load_dialect


@pytest.mark.parametrize("name", list_dialects())
def test_each_mti_is_written_one_way_and_is_of_the_version(name):
    form = load_dialect(name).form
    assert {form.mtis[written]: written for written in form.mtis} == form.mti_bytes
    for mti, written in form.mti_bytes.items():
        assert mti[0] == form.version
        assert form.mti.encode(mti) == written
