"""What is shown where a merchant or a schedule has no name."""

from cardswitch.switch.cli.fees.screen import show_charged
from cardswitch.switch.operate.fees.charged import Charged


def test_what_has_no_name_is_shown_as_that(capsys):
    charged = Charged(
        month="2026-11", merchant="", currency="000", kind="fees", version="",
        is_invoiced=True, amount=5, interchange=1, scheme=0,
    )  # fmt: skip
    show_charged([charged], as_json=False)
    _, line = capsys.readouterr().out.splitlines()
    assert line.split() == [
        "2026-11", "(none)", "fees", "(none)", "5", "000", "1", "000", "0", "000", "invoiced",
    ]  # fmt: skip
