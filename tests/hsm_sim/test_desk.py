"""The desk of a handler."""

from cardswitch.hsm_sim.keys.uses import ZPK
from tests.kit.hsm import module as helpers
from tests.kit.hsm.module import desk


def test_it_shows_nothing_of_its_keys() -> None:
    assert repr(desk()) == "<HsmDesk>"


def test_its_keys_see_what_its_state_stores() -> None:
    mine = desk()
    mine.state.storage.texts["001"] = helpers.under_lmk("001", helpers.ZPK)
    assert mine.keys.open(ZPK, "K001") == helpers.ZPK
