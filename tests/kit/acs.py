"""An access control server's configuration, for tests without ports."""

from cardswitch.hosts.acs.config import AcsConfig, AcsPagesConfig, AcsRule

KEY = bytes(range(32))
PAGES = AcsPagesConfig(port=7115, tls_certificate="acs.pem")
CONFIG = AcsConfig(
    port=7114,
    tls_certificate="acs.pem",
    tls_ca="ca.pem",
    pages=PAGES,
    cavv_key="issuer.cavv",
    rules=(
        AcsRule(cards=("4000000000003220",), does="challenge"),
        AcsRule(cards=("4000002500003155",), does="challenge_once"),
        AcsRule(cards=("400000000000308",), does="failed"),
        AcsRule(amounts=(777,), does="unavailable"),
        AcsRule(cards=("4000000000003071",), does="attempt"),
        AcsRule(cards=("4000000000003105",), does="rejected"),
    ),
)
