"""`spec import` and `spec export`: what they print and where, and how they end."""

import json
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from cardswitch.lab.cli.spec.interop import EXPORTS, export, import_
from cardswitch.specs.dialect import list_dialects, load_dialect
from cardswitch.specs.errors import DialectError

FOREIGN = Path(__file__).parents[3] / "vectors" / "foreign"
SAMPLES = [
    *("jpos.xml", "moov.json", "moov.yaml", "pyiso8583.json"),
    *("j8583.xml", "isosim.yaml", "tagged-sequence.xml"),
]


def run(command, *words):
    return CliRunner().invoke(command, [str(word) for word in words])


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_becomes_a_dialect_that_loads(name, tmp_path):
    output = tmp_path / "mine.toml"
    result = run(import_, FOREIGN / name, "-o", output)
    assert (result.exit_code, result.stdout) == (0, "")
    assert load_dialect(str(output)).fields
    assert result.stderr.splitlines()[-1].endswith("not carried.")
    comment = [line[1:].strip() for line in output.read_text().splitlines() if line[:1] == "#"]
    told = [line.partition(f"{name}: ")[2] for line in result.stderr.splitlines()[:-1]]
    assert comment[1:] == told


def test_without_an_output_toml_goes_to_standard_output():
    result = run(import_, FOREIGN / "moov.yaml")
    assert tomllib.loads(result.stdout)["title"] == "Traps of YAML"
    assert "field 53" in result.stderr


def test_json_is_the_report_alone():
    result = run(import_, FOREIGN / "jpos.xml", "--json")
    report = json.loads(result.stdout)
    assert (report["fields"], report["parts"], result.stderr) == (26, 6, "")
    assert {"line": 8, "where": "headerLength"}.items() <= report["losses"][1].items()


def test_json_beside_an_output(tmp_path):
    result = run(import_, FOREIGN / "jpos.xml", "--json", "-o", tmp_path / "mine.toml")
    assert json.loads(result.stdout)["losses"]
    assert (tmp_path / "mine.toml").is_file()


def test_an_edition_begins_the_mtis(tmp_path):
    output = tmp_path / "mine.toml"
    assert run(import_, FOREIGN / "moov.yaml", "--edition", "1993", "-o", output).exit_code == 0
    assert load_dialect(str(output)).version == "1"


def test_an_edition_that_is_not_given_is_found():
    assert tomllib.loads(run(import_, FOREIGN / "isosim.yaml").stdout)["version"] == "1"
    report = run(import_, FOREIGN / "isosim.yaml", "--json").stdout
    assert json.loads(report)["edition"] == "1993"


def test_a_base_lends_names_and_parts():
    plain = tomllib.loads(run(import_, FOREIGN / "j8583.xml").stdout)
    lent = tomllib.loads(run(import_, FOREIGN / "j8583.xml", "--base", "iso87").stdout)
    assert (plain["fields"]["3"]["name"], set(plain["parts"])) == ("field 3", {"48", "48.2"})
    assert (lent["fields"]["3"]["name"], set(lent["parts"])) == (
        "processing code",
        {"48", "48.2", "3"},
    )
    assert run(import_, FOREIGN / "j8583.xml", "--base", "nope").exit_code == 2


def test_classes_of_ones_own(tmp_path):
    text = (
        (FOREIGN / "tagged-sequence.xml").read_text().replace("org.jpos.iso.IFE_", "com.bank.IFE_")
    )
    (tmp_path / "own.xml").write_text(text)
    assert isinstance(run(import_, tmp_path / "own.xml").exception, DialectError)
    names = ("NUMERIC", "LLLCHAR")
    words = [word for name in names for word in ("--class", f"com.bank.IFE_{name}=IFE_{name}")]
    assert run(import_, tmp_path / "own.xml", *words).exit_code == 0
    assert run(import_, tmp_path / "own.xml", "--class", "oops").exit_code == 2
    assert run(import_, FOREIGN / "moov.yaml", *words).exit_code == 2


def test_a_specification_in_an_installed_package():
    result = run(import_, "iso8583.specs:default_ascii")
    assert tomllib.loads(result.stdout)["encodings"]["bitmap"] == "hex"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("bad.xml", "<isopackager/>", r"bad\.xml, line 1: field 0"),
        ("bad.json", "{}", r"bad\.json, line 1: fields"),
        ("bad.json", '{"x": {"data_enc": 1}}', "the MTI"),
        ("bad.txt", "  <isopackager/>", "field 0"),
        ("bad.xml", b"\xff\xfe", "UTF-8"),
        ("bad.yaml", "x" * (1 << 20), "at most"),
    ],
)
def test_a_bad_file_is_an_error_that_names_it(name, content, words, tmp_path):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    result = run(import_, path)
    assert isinstance(result.exception, DialectError)
    with pytest.raises(DialectError, match=words):
        raise result.exception


def test_a_missing_file_is_an_error():
    assert isinstance(run(import_, "nowhere.xml").exception, DialectError)


@pytest.mark.parametrize("target", EXPORTS)
@pytest.mark.parametrize("name", list_dialects())
def test_every_dialect_is_exported_in_every_format(name, target, tmp_path):
    output = tmp_path / "out"
    result = run(export, "--dialect", name, "--to", target, "-o", output)
    assert (result.exit_code, result.stdout) == (0, "")
    assert output.read_text("utf-8").endswith("\n")


def test_what_is_exported_as_toml_is_the_whole_dialect(tmp_path):
    output = tmp_path / "whole.toml"
    run(export, "--dialect", "pos", "--to", "toml", "-o", output)
    assert "extends" not in tomllib.loads(output.read_text())
    assert load_dialect(str(output)).fields == load_dialect("pos").fields


def test_losses_go_to_standard_error():
    result = run(export, "--dialect", "pos", "--to", "jpos")
    assert result.stdout.startswith("<?xml")
    assert "jpos: messages: " in result.stderr


@pytest.mark.parametrize("target", ["jpos", "moov", "pyiso8583", "wireshark"])
def test_losses_are_told_by_field_in_json_too(target, tmp_path):
    output = tmp_path / "out"
    told = run(export, "--dialect", "example-bcd-tpdu", "--to", target).stderr
    result = run(export, "--dialect", "example-bcd-tpdu", "--to", target, "--json", "-o", output)
    report = json.loads(result.stdout)
    assert (report["dialect"], report["to"]) == ("example-bcd-tpdu", target)
    assert output.read_text("utf-8")
    assert result.stderr == ""
    assert "field 48" in [loss["where"] for loss in report["losses"]]
    for loss in report["losses"]:
        assert f"{target}: {loss['where']}: {loss['problem']}\n" in told


def test_json_without_an_output_is_the_report_alone():
    report = json.loads(run(export, "--dialect", "pos", "--to", "jpos", "--json").stdout)
    assert {"where": "messages"}.items() <= report["losses"][-1].items()


def test_the_port_of_a_dissector():
    result = run(export, "--dialect", "pos", "--to", "wireshark", "--port", "5000")
    assert "port = 5000" in result.stdout
    assert run(export, "--dialect", "pos", "--to", "jpos", "--port", "5000").exit_code == 2


@pytest.mark.parametrize("words", [["--to", "cobol"], ["--to", "toml", "--dialect", "nope"], []])
def test_usage(words):
    assert run(export, *words).exit_code == 2
