"""What `send` and `proxy` share: options that become values, or a usage error."""

import click
import pytest
from click.testing import CliRunner

from cardswitch.lab.cli.talking import address, link_faults, manner_options, numbers, tls_options
from cardswitch.lab.talk.link import LinkFault


@click.command()
@click.argument("where", callback=address)
@click.option("--match", default="11,41", callback=numbers)
@manner_options
@tls_options
def command(where, match, how, tls):
    """Nothing but the options."""
    click.echo(f"{where} {match} {how.dialect.name} {how.framing} {how.header} {tls is not None}")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["[::1]:8583"], "('::1', 8583) (11, 41) iso87-ascii binary2 none False"),
        (["h:1", "--dialect", "pos", "--framing", "ascii4", "--header", "tpdu", "--match", "37"],
         "('h', 1) (37,) pos ascii4 tpdu False"),
        (["h:1", "--tls"], "('h', 1) (11, 41) iso87-ascii binary2 none True"),
    ],
)  # fmt: skip
def test_options_become_values(words, said):
    assert CliRunner().invoke(command, words).output == f"{said}\n"


@pytest.mark.parametrize(
    "words", [["h"], ["h:1", "--match", "0"], ["h:1", "--match", ""], ["h:1", "--framing", "x"]]
)
def test_what_is_none_is_a_usage_error(words):
    assert CliRunner().invoke(command, words).exit_code == 2


def test_a_connection_that_fails_ends_the_command(capsys):
    with pytest.raises(SystemExit) as ended, link_faults():
        raise LinkFault("nobody listens")
    assert ended.value.code == 5
    assert capsys.readouterr().err == "cardswitch: nobody listens\n"
