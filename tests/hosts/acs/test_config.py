"""The section [acs]."""

from pathlib import Path

import msgspec
import pytest

from cardswitch.hosts.acs.config import AcsConfig, AcsPagesConfig, AcsRule
from tests.kit.acs import CONFIG, PAGES


def test_who_asks_must_show_a_certificate_and_a_browser_need_not():
    with pytest.raises(ValueError, match="tls_ca: missing"):
        AcsConfig(port=1, tls_certificate="a.pem", pages=PAGES, cavv_key="k")
    with pytest.raises(ValueError, match="browsers have no certificate"):
        AcsPagesConfig(port=1, tls_certificate="a.pem", tls_ca="ca.pem")


def test_paths_count_from_the_folder():
    placed = CONFIG.placed(Path("/lab"))
    assert (placed.cavv_key, placed.tls_ca) == ("/lab/issuer.cavv", "/lab/ca.pem")
    assert placed.pages.tls_certificate == "/lab/acs.pem"


@pytest.mark.parametrize("rule", [{"does": "guess"}, {"cards": ["4*"], "does": "attempt"}, {}])
def test_a_rule_that_means_nothing_is_refused(rule):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(rule, AcsRule)
