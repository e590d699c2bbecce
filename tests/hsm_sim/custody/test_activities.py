"""Which activities are authorised."""

from typing import Any

import pytest

from cardswitch.hsm_sim.custody.activities import AuthorisedActivities, covers


@pytest.mark.parametrize(
    ("wide", "activity", "expected"),
    [
        ("export", "export", True),
        ("export", "export.001.host", True),
        ("export.001", "export.001.host", True),
        ("export..host", "export.001.host", True),
        ("export..console", "export.001.host", False),
        ("export.001.host", "export.001", False),
        ("export", "exports", False),
        ("import", "export.001", False),
        ("", "export", True),
    ],
)
def test_authority_covers_its_parts(wide: str, activity: str, expected: bool) -> None:
    assert covers(wide, activity) is expected


def test_authority_expires() -> None:
    authority = AuthorisedActivities(lambda event, **details: None)
    authority.until["export"] = 60.0
    assert authority.includes("export.001", 59.0)
    assert not authority.includes("export", 60.0)


def test_authority_is_cancelled_with_its_parts() -> None:
    noted: list[Any] = []
    authority = AuthorisedActivities(lambda event, **details: noted.append(details))
    authority.until = {"export.001.host": 9.0, "export.402.host": 9.0, "pin": 9.0}
    authority.cancel("export.001")
    assert set(authority.until) == {"export.402.host", "pin"}
    authority.cancel()
    assert authority.until == {}
    assert noted == [{"activity": "export.001"}, {"activity": "all"}]
