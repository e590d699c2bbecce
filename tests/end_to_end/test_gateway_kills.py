"""A gateway dies between the one thing and the next: a client that insists pays once, or never."""

from tests.kit.dying import POINTS
from tests.kit.killing import DyingGateway, sell_while_dying


def test_it_dies_once_at_each_point_of_its_work(patient_house):
    assert sell_while_dying(DyingGateway(patient_house), POINTS) > 0
