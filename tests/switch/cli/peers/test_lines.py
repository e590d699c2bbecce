"""Lines of JSON."""

from cardswitch.switch.cli.peers.lines import echo_json


def test_each_has_a_line(capsys):
    echo_json({"place": "issuer"}, {"place": "acquirer"})
    assert capsys.readouterr().out == '{"place":"issuer"}\n{"place":"acquirer"}\n'
