"""Why a terminal does not begin: nothing was sent, and a missing link is one such reason."""

import pytest

from cardswitch.terminal.core.errors import NoLink, NotReady
from tests.kit.play import Playbook
from tests.kit.terminal import UP, repeat, sell, terminal


def test_without_a_link_nothing_is_begun_and_that_is_its_own_reason():
    play = Playbook(terminal())
    with pytest.raises(NoLink) as caught:
        play >> sell()
    assert isinstance(caught.value, NotReady)
    assert not play.effects


def test_what_is_not_there_yet_is_another():
    with pytest.raises(NotReady) as caught:
        Playbook(terminal()) >> UP >> repeat()
    assert not isinstance(caught.value, NoLink)
