"""The command `console`: lines in, lines out, piped."""

from click.testing import CliRunner

from cardswitch.hsm_sim.cli.console import console
from tests.kit.hsm.served import run, serving


def test_orders_are_obeyed_up_to_quit():
    result = CliRunner().invoke(console, input="generate zpk ZPK\nkcv zpk\nquit\nopen\n")
    assert result.exit_code == 0
    key, first, second = result.stdout.splitlines()
    assert key.startswith("key  U")
    assert first.split() == ["kcv", second]


def test_a_refused_order_is_told_and_exit_1_but_others_follow():
    result = CliRunner().invoke(console, input="open\nstatus\n")
    assert result.exit_code == 1
    assert result.stderr == "hsm: no such order: `help` lists them\n"
    assert "mode" in result.stdout


def test_passphrases_are_the_next_lines():
    orders = "officer anna\ncorrect horse\nofficer ben\nbattery staple\n"
    consent = "authorise export anna ben\ncorrect horse\nbattery staple\n"
    result = CliRunner().invoke(console, input=orders + consent)
    assert result.exit_code == 0
    assert result.stdout.endswith("authorised for 60 minutes: export\n")
    assert "horse" not in result.output


def test_the_module_here_has_a_clock():
    orders = "officer anna\ncorrect horse\nofficer ben\nbattery staple\n"
    consent = "authorise export anna ben 1\ncorrect horse\nbattery staple\nstatus\n"
    result = CliRunner().invoke(console, input=orders + consent)
    assert "authorised    export" in result.stdout


def test_a_running_module_is_asked_what_hosts_may_ask():
    with serving() as (port, _, _):
        code, out, err = run(port, "console", stdin="status\ntamper\n")
    assert code == 1
    assert "lmk_check" in out
    assert "this process" in err
