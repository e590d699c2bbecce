"""Holders are asked where there is a directory, and codes wait for those who are."""

from types import SimpleNamespace

import pytest

from cardswitch.gateway.api.given.holders import keep_code, wanted_for
from cardswitch.gateway.core.calls import Reply
from cardswitch.gateway.core.states import Status
from tests.kit.gateway import CARD


def asked(**services):
    kept = {}
    codes = SimpleNamespace(keep=kept.__setitem__)
    return SimpleNamespace(services=SimpleNamespace(codes=codes, **services)), kept


def test_without_a_directory_nobody_is_asked():
    assert wanted_for(asked(authenticates=False)[0], None, "any") is None
    wanted = wanted_for(asked(authenticates=True)[0], None, "any")
    assert (wanted.wish, wanted.return_url) == ("any", None)
    assert wanted.transaction != wanted.ds_transaction


@pytest.mark.parametrize(
    ("status", "is_replayed", "is_kept"),
    [
        (Status.NEEDS_ACTION, False, True),
        (Status.NEEDS_ACTION, True, False),
        (Status.SUCCEEDED, False, False),
    ],
)
def test_a_code_waits_while_the_shopper_is_asked(status, is_replayed, is_kept):
    caller, kept = asked()
    intent = SimpleNamespace(has_code_waiting=status is Status.NEEDS_ACTION, card=CARD)
    keep_code(caller.services, Reply(ticket=1, intent=intent, is_replayed=is_replayed), "123")
    assert kept == ({CARD.id: "123"} if is_kept else {})
