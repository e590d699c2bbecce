"""Switch or issuer are killed while they change a key: both have the same one in the end."""

import json
import random
import time

import pytest

from cardswitch.specs.errors import Error
from tests.kit.programs import SEED, until

SWITCH, ISSUER = ("switch", "serve"), ("host", "serve", "issuer")
KILLS = 3


def key_of(house):
    """How the switch says that the key for PINs at its issuer stands."""
    code, said = house.run("switch", "keys", "list", "--json")
    assert code == 0
    [key] = [key for key in map(json.loads, said.splitlines()) if key["place"] == "issuer"]
    return key


def begun(house):
    """Whether a change could be begun: right after a start, the issuer may not be there yet."""
    try:
        return house.run("switch", "keys", "change", "issuer", "--within", "0")[0] in (0, 4)
    except Error:
        return False


def sold(house):
    """Field 39 of a sale with a PIN, once all links are up again."""
    codes = []

    def is_answered():
        codes.append(house.sell("10.00 --card good --pin 1234")[1]["code"])
        return codes[-1] != "91"

    until(is_answered, "links are up")
    return codes[-1]


@pytest.mark.parametrize("victim", [SWITCH, ISSUER], ids=["switch", "issuer"])
def test_after_a_kill_both_sides_have_the_same_key(patient_house, victim):
    house, chance = patient_house, random.Random(SEED)
    programs = {words: house.alone(*words) for words in (("hsm", "serve"), ISSUER, SWITCH)}
    programs["acquirer"] = house.alone("host", "serve", "acquirer")
    for _ in range(KILLS):
        until(lambda: begun(house), "a change has begun")
        time.sleep(chance.uniform(0.0, 0.12))
        programs[victim].kill()
        programs[victim] = house.alone(*victim)
        until(lambda: not key_of(house)["offered"], "the peer has answered")
        assert sold(house) == "00"
    assert house.run("switch", "keys", "change", "issuer")[0] == 0
    assert sold(house) == "00"
