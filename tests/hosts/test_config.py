"""What both sections have in common."""

import pytest

from cardswitch.hosts.config import refuse_twins


def test_an_id_that_comes_again_is_named() -> None:
    refuse_twins("cards", ["ada", "bob"])
    with pytest.raises(ValueError, match="every id once among cards, 'ada' comes again"):
        refuse_twins("cards", ["ada", "bob", "ada"])
