"""Files of rules: those that are shipped, and every fault with its file, line and nearest name."""

import pytest

from cardswitch.hosts.rules.file import path_of, read_all, read_rules, shipped
from cardswitch.hosts.rules.rule import Count, Range, Rule
from cardswitch.specs.errors import ConfigError

GOOD = """\
# A comment with [[rule]] in it.
[[rule]]
name = "third try"
cards = ["good"]
count = { to = 2, per = "card" }
answer = "51"

[[ rule ]]
amount = { from = 1000, to = 2000 }
match = { "48.92" = "0*" }
delay_s = 2.5
fields = { 44 = "8701M" }

"""


def written(tmp_path, text):
    path = tmp_path / "rules.toml"
    path.write_text(text, "utf-8")
    return path


def test_what_is_written_is_read(tmp_path):
    first, second = read_rules(written(tmp_path, GOOD))
    assert first == Rule(name="third try", cards=("good",), count=Count(to=2), answer="51")
    assert second.name == "rule 2"
    assert (second.amount, second.delay_s) == (Range(1_000, 2_000), 2.5)
    assert second.fields == {44: "8701M"}


@pytest.mark.parametrize("name", shipped())
def test_what_is_shipped_can_be_used(name, tmp_path):
    assert read_all([name], tmp_path)
    assert path_of(name, tmp_path).parent != tmp_path


def test_files_come_one_after_the_other(tmp_path):
    written(tmp_path, GOOD)
    names = [rule.name for rule in read_all(["rules.toml", "test-cards"], tmp_path)]
    assert names[:3] == ["third try", "rule 2", "declined"]
    assert read_rules(written(tmp_path, "# nothing yet\n")) == ()


# A rule that follows the good ones, and what is said of it; its header stands on line 14.
@pytest.mark.parametrize(
    ("lines", "line", "expected"),
    [
        ('anser = "51"', 15, "rule 3: anser: unknown, did you mean answer?"),
        ('answer = "5"', 15, "answer: '5' is no code of the table of reasons"),
        ("answer = 51", 15, "answer: Expected str, got int"),
        ('drop = true\nkinds = ["sales"]', 16, "kinds: 'sales': unknown, did you mean sale?"),
        (
            'drop = true\nchannels = ["web"]',
            16,
            "channels: .web.: unknown, expected",
        ),
        ('drop = true\ncards = ["goood"]', 16, "'goood' is no card: unknown, did you mean good?"),
        ('drop = true\nmatch = { "148" = "x" }', 16, "match.148: there is no field 148"),
        ('drop = true\nmatch = { "3.9" = "x" }', 16, "match.3.9: field 3 has no such part"),
        ('drop = true\nmatch = { "11.1" = "x" }', 16, "match.11.1: field 11 has no such part"),
        ('drop = true\nmatch = { "one" = "x" }', 16, "match.one: a path such as 55.9F36"),
        ("drop = true\ncount = { until = 2 }", 16, "count: until: unknown, expected one of every"),
        ("drop = true\ncount = { evry = 2 }", 16, "count: evry: unknown, did you mean every?"),
        ("drop = true\ncount = { from = 0 }", 16, "count.from: Expected int >= 1"),
        ('drop = true\nchecks = { cvc = "no" }', 16, "checks.cvc: "),
        ("delay_s = 121", 15, "delay_s: "),
        ('delay_s = "soon"', 15, "delay_s: "),
        ("truncate = 0", 15, "truncate: "),
        ('cards = ["good"]', 14, "name: nothing is done: give an answer"),
        ('answer = "10"', 15, "answer: goes with answer = '10'"),
        ('answer = "51"\npercent = 50', 16, "percent: goes with answer = '10'"),
        ('answer = "00"\nwhen = "at once"', 16, "when: what is approved was checked"),
        ('answer = "51"\nanswer_from = "4"', 16, "answer_from: there is an answer already"),
        ('answer_from = "3.9"', 15, "answer_from: field 3 has no such part"),
        ('fields = { 39 = "00" }', 15, "fields.39: a field that an answer may have"),
        ('fields = { 38 = "TOO LONG" }', 15, "fields.38: .* is expected"),
        ('kinds = ["reversal"]\ndouble = true', 16, "double: a reversal can be answered, dropped"),
        ('kinds = ["reversal"]\nanswer = "00"', 16, "answer: a reversal is refused by a rule"),
    ],
)
def test_what_is_wrong_is_located(tmp_path, lines, line, expected):
    path = written(tmp_path, f"{GOOD}[[rule]]\n{lines}\n")
    with pytest.raises(ConfigError, match=expected) as caught:
        read_rules(path, {"good", "poor"})
    assert str(caught.value).startswith(f"{path}, line {line}: rule 3: ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[rules]]\nanswer = '51'", r"rules\.toml, line 1: rules: unknown, did you mean rule\?"),
        ("[rule]\nanswer = '51'", r"rule: write each as \[\[rule\]\]"),
        ("[[rule]\n", r"not TOML: .*line 1"),
        ("[[rule]]\ndrop = true\n" * 1_001, "1001 rules: at most 1000"),
        ("#" * (1 << 20) + "#", "larger than 1048576 bytes"),
    ],
)
def test_what_is_no_file_of_rules(tmp_path, text, expected):
    with pytest.raises(ConfigError, match=expected):
        read_rules(written(tmp_path, text))


def test_what_cannot_be_read_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"nosuch: cannot be read: .*shipped are magic-amounts"):
        read_all(["nosuch"], tmp_path)
    path = tmp_path / "latin.toml"
    path.write_bytes(b"# \xe9")
    with pytest.raises(ConfigError, match=r"latin\.toml, line 1: not UTF-8: save"):
        read_rules(path)


def test_a_number_or_a_pattern_need_be_no_card_of_ours(tmp_path):
    text = '[[rule]]\ndrop = true\ncards = ["4242*", "4000000000000002", "g??d"]'
    assert read_rules(written(tmp_path, text), {"good"})
