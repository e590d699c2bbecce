"""lab.pytest_plugin: the fixtures, what they find, and what is said when messages differ."""

import subprocess
import sys

import pytest

pytest_plugins = ["pytester"]
PAN, OTHER_PAN = "9999990000000014", "9999991111110014"


@pytest.fixture
def inner(pytester):
    """A project of its own; the plugin is there by its entry point."""
    pytester.makeini("[pytest]\naddopts = --strict-markers\n")
    return pytester


def outcome(inner, source, *words, **counts):
    inner.makepyfile(source)
    result = inner.runpytest(*words)
    result.assert_outcomes(**counts)
    return result.stdout.str()


def test_the_dialect_of_a_test_is_that_of_its_marker_or_the_setting(inner):
    source = """
        import pytest

        def test_default(iso_dialect):
            assert iso_dialect.name == "iso87-ascii"

        @pytest.mark.iso8583_dialect("pos")
        def test_marked(iso_dialect):
            assert iso_dialect.name == "pos"

        @pytest.mark.iso8583_dialect("pos")
        class TestMarked:
            def test_inherited(self, iso_dialect):
                assert iso_dialect.name == "pos"
    """
    outcome(inner, source, passed=3)
    outcome(inner, source, "-o", "iso8583_dialect=iso87-binary", passed=2, failed=1)


def test_an_unknown_dialect_is_named_with_those_that_there_are(inner):
    said = outcome(inner, "def test(iso_dialect): pass", "-o", "iso8583_dialect=iso99", errors=1)
    assert "iso87-ascii" in said


def test_a_message_has_what_its_mti_must_have_and_what_is_said(inner):
    source = """
        import pytest

        @pytest.mark.parametrize("mti", ["0200", "0210", "0420", "0800"])
        @pytest.mark.parametrize("name", ["pos", "iso87-ascii"])
        def test_all(mti, name, iso_message, iso_dialect, iso8583_dialects):
            message = iso_message(mti)
            assert iso_dialect.missing(message) == []
            assert iso_dialect.unpack(iso_dialect.pack(message)) == message
            assert name in iso8583_dialects

        def test_one(iso_message, iso_dialect):
            message = iso_message("0210", {39: "51", 11: None})
            assert message[39] == "51"
            assert iso_dialect.missing(message) == [11]
            assert iso_message("0299").fields == {}
    """
    outcome(inner, source, passed=9)


COMPARED = f"""
    from cardswitch.specs.message import Message

    def test_messages():
        one = Message("0210", {{2: "{PAN}", 39: "00", 52: "0123456789ABCDEF"}})
        assert one == Message("0200", {{2: "{OTHER_PAN}", 39: "51", 11: "000001"}})
"""


def test_messages_that_differ_are_told_field_by_field(inner):
    said = outcome(inner, COMPARED, failed=1)
    assert "field  39 response code: '00' (Approved) != '51' (Insufficient funds)" in said
    assert "field  11 system trace audit number: not there != '000001'" in said
    assert "MTI: 0210 (1987 financial request response, acquirer) != 0200" in said
    assert "field  52 PIN block: '*** (16)' != not there" in said
    assert "'999999******0014': differ, where they are masked" in said
    assert "--iso8583-unsafe shows it" in said


def explanation(said):
    """The lines of pytest that explain, without the source of the test."""
    return "\n".join(line for line in said.splitlines() if line.startswith("E "))


def test_card_data_is_shown_only_if_asked_for(inner):
    said = explanation(outcome(inner, COMPARED, failed=1))
    assert PAN not in said
    assert "0123456789ABCDEF" not in said
    said = explanation(outcome(inner, COMPARED, "--iso8583-unsafe", failed=1))
    assert f"'{PAN}' != '{OTHER_PAN}'" in said
    assert "masked" not in said


def test_bytes_of_the_dialect_of_a_test_are_told_field_by_field(inner):
    source = """
        import pytest

        @pytest.mark.iso8583_dialect("pos")
        def test_bytes(iso_dialect, iso_message):
            assert iso_dialect.pack(iso_message("0210")) == iso_dialect.pack(
                iso_message("0210", {39: "05"})
            )
    """
    said = outcome(inner, source, failed=1)
    assert "bytes, read in pos" in said
    assert "(Do not honor" in said or "!= '05'" in said


def test_other_bytes_and_other_values_are_left_to_pytest(inner):
    source = """
        from cardswitch.specs.message import Message

        def test_no_message(iso_dialect):
            assert b"0200" == b"0201"

        def test_no_dialect():
            assert b"0200" == b"0201"

        def test_another_comparison():
            assert Message("0200") != Message("0200")

        def test_another_value():
            assert Message("0200") == "0200"
    """
    said = outcome(inner, source, failed=4)
    assert "read in" not in said
    assert "message>" not in said


def test_a_setting_that_names_no_dialect_hides_nothing(inner):
    said = outcome(inner, COMPARED, "-o", "iso8583_dialect=iso99", failed=1)
    assert "field  39: '00' != '51'" in said


def test_who_does_not_use_it_does_not_pay_for_it(tmp_path):
    (tmp_path / "test_nothing.py").write_text("def test(): pass\n")
    code = """
import sys, pytest

class Look:
    def pytest_sessionfinish(self):
        heavy = ("cardswitch.specs", "cardswitch.wire", "iso8583")
        ours = [name for name in sys.modules if name.startswith(heavy)]
        print("OURS", ours, "cardswitch.lab.pytest_plugin" in sys.modules)

sys.exit(pytest.main(["-q", "--rootdir=.", "test_nothing.py"], plugins=[Look()]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "OURS [] True" in done.stdout, done.stdout + done.stderr


# Peers and labs -----------------------------------------------------------------------------------

TALK = """
    import pytest
    from cardswitch import Message

    SALE = Message("0200", {3: "000000", 4: "000000001051", 11: "000007", 41: "TERM0001"})
    pytestmark = pytest.mark.iso8583_dialect("pos")

    def ask(iso_peer):
        with iso_peer.client(iso_peer.address, timeout_s=60) as client:
            return client.ask(SALE)
"""


def test_a_peer_answers_as_the_test_says(inner):
    source = (
        TALK
        + """
    def test_refusal(iso_peer):
        iso_peer.expect("0200", amount=1051).respond("51")
        assert ask(iso_peer)[39] == "51"

    @pytest.mark.iso8583_link(framing="ascii4", header="tpdu")
    def test_another_manner(iso_peer):
        iso_peer.ordered().expect("0200")
        assert ask(iso_peer)[39] == "00"
    """
    )
    outcome(inner, source, passed=2)


def test_what_did_not_come_fails_the_test_at_its_end(inner):
    said = outcome(inner, TALK + """
    def test_nothing_came(iso_peer):
        iso_peer.expect("0200", amount=1051)
    """, passed=1, errors=1)  # fmt: skip
    assert "did not come: mti=0200 4=000000001051" in said


def test_what_was_said_stands_beside_a_failure_masked(inner):
    said = outcome(inner, TALK + f"""
    def test_wrong(iso_peer):
        iso_peer.expect("0200").respond("05", {{2: "{PAN[:8]}" + "{PAN[8:]}"}})
        assert ask(iso_peer)[39] == "00"
    """, failed=1)  # fmt: skip
    assert "ISO 8583 messages, masked" in said
    assert "0210 financial request response" in said
    assert PAN not in said


def test_the_lab_is_there_for_all_tests(inner):
    source = """
    from cardswitch import Message, load_dialect

    ECHO = Message("0800", {7: "1129004500", 11: "000001", 70: "301"})

    def test_terminals(iso_lab):
        assert iso_lab.client("pos", timeout_s=60).ask(ECHO)[39] == "00"

    def test_acquirers(iso_lab):
        assert iso_lab.client("network", timeout_s=60).ask(ECHO)[39] == "00"
        assert iso_lab.config.is_file()
    """
    outcome(inner, source, passed=2)
