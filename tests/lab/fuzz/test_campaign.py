"""lab.fuzz.campaign: one seed is one campaign, each fault is one finding, and small."""

import msgspec
import pytest

from cardswitch.lab.fuzz import campaign
from cardswitch.lab.fuzz.campaign import Plan, merged, run
from cardswitch.lab.fuzz.subjects import our_reader, your_reader
from cardswitch.specs.dialect import list_dialects, load_dialect
from cardswitch.specs.message import Message

ASCII = load_dialect("iso87-ascii")
PAN = "9999991234567890"
WIRE = ASCII.pack(Message("0200", {2: PAN, 11: "000007"}))


def yours(name, *allow):
    return your_reader(f"tests.kit.samples.readers:{name}", ASCII, allow)


CARELESS = ("careless", "Refused", "ValueError")


@pytest.mark.parametrize("name", list_dialects())
def test_nothing_is_found_in_our_own(name):
    report = run(our_reader(load_dialect(name)), Plan(seed=8583, cases=900))
    assert report.findings == []
    assert report.cases == report.read + report.refused == 900
    assert report.read > 20


def test_the_same_seed_is_the_same_campaign():
    one, same = (run(yours(*CARELESS), Plan(seed=5, cases=400)) for _ in "12")
    other = run(yours(*CARELESS), Plan(seed=6, cases=400))
    assert (one.fresh, one.findings) == (same.fresh, same.findings)
    assert one.fresh != other.fresh


def test_a_fault_is_found_once_and_made_small():
    report = run(yours(*CARELESS), Plan(seed=18, cases=2000))
    [finding] = report.findings
    assert (finding.oracle, finding.what) == (
        "error",
        "IndexError in readers.py, careless: raise IndexError(length)",
    )
    data = bytes.fromhex(finding.data)
    assert len(data) == 22
    assert int(data[20:]) < 0
    assert set(data[:20]) == {0x30}
    assert finding.seed == 18
    assert finding.secrets == ()


def test_secrets_are_found_and_kept_to_replay_them():
    report = run(yours("talkative", "Refused"), Plan(seed=1, cases=300))
    [finding] = report.findings
    assert finding.oracle == "secret"
    assert finding.secrets
    assert not any(secret in repr(finding) for secret in finding.secrets)


def test_what_is_known_is_counted_and_not_told():
    [finding] = run(yours(*CARELESS), Plan(seed=18, cases=2000)).findings
    report = run(yours(*CARELESS), Plan(seed=18, cases=2000, known={finding.key}))
    assert report.findings == []
    assert report.known >= 1


def test_what_is_not_asked_is_not_told():
    report = run(yours("greedy"), Plan(seed=1, cases=200, without=("memory",)))
    assert report.findings == []
    assert run(yours("greedy"), Plan(seed=1, cases=200)).findings


def test_a_corpus_comes_first_as_it_is():
    bad = WIRE[:20] + b"-5" + WIRE[22:]
    report = run(yours(*CARELESS), Plan(cases=1, corpus=(WIRE, bad, b"")))
    assert report.cases == 4
    [finding] = report.findings
    assert finding.how == ("corpus",)
    assert finding.case == 2


def test_inputs_of_a_corpus_have_secrets_too():
    cut = WIRE[:-1]
    report = run(yours("talkative", "Refused"), Plan(cases=64, corpus=(WIRE, cut)))
    assert PAN in report.findings[0].secrets


def test_inputs_that_end_in_a_new_way_are_kept():
    report = run(our_reader(ASCII), Plan(seed=2, cases=800))
    assert len(report.fresh) > 20
    assert len(set(report.fresh)) == len(report.fresh)


def test_it_ends_when_it_is_told_to_and_when_there_is_enough(monkeypatch):
    assert run(our_reader(ASCII), Plan(), lambda report: report.cases < 7).cases == 7
    monkeypatch.setattr(campaign, "FINDINGS_MAX", 1)
    report = run(yours("careless"), Plan(cases=5000))
    assert len(report.findings) == 1
    assert report.cases < 5000
    assert merged([report, report]) == report.findings * 2


def test_a_mutation_that_changes_nothing_is_no_case(monkeypatch):
    """Each of them is made anew; where none changes anything, the seeds alone are cases."""
    seen, calls = [], []
    honest, examine = campaign.mutate, campaign.examine

    def idle(data, pick, dialect):
        calls.append(data)
        return honest(data, pick, dialect) if len(calls) % 2 else (data, ["byte"])

    def examined(subject, data, *more):
        seen.append(data)
        return examine(subject, data, *more)

    monkeypatch.setattr(campaign, "mutate", idle)
    monkeypatch.setattr(campaign, "examine", examined)
    assert run(our_reader(ASCII), Plan(seed=3, cases=160)).cases == 160 == len(seen)
    blocks = [seen[at : at + campaign.MUTATED_EACH] for at in range(0, 160, campaign.MUTATED_EACH)]
    assert all(block[0] not in block[1:] for block in blocks)
    monkeypatch.setattr(campaign, "mutate", lambda data, pick, dialect: (data, ["byte"]))
    assert run(our_reader(ASCII), Plan(seed=3, cases=160)).cases == 10


@pytest.mark.parametrize("of", [1, 2])
def test_what_was_found_is_kept_when_a_person_stops_it(of):
    """While it reads, and while it makes a finding small."""
    calls = []

    def read(data):
        calls.append(data)
        if len(calls) == 40 or (of == 2 and len(calls) == 3):
            raise KeyboardInterrupt
        raise IndexError

    subject = msgspec.structs.replace(yours("careful", "ValueError"), read=read)
    report = run(subject, Plan(cases=500))
    assert report.stopped
    assert [finding.oracle for finding in report.findings] == ["error"]
    assert report.cases <= 40


@pytest.mark.parametrize(("name", "found"), [("mapped", 0), ("numbered", 0), ("trusting", 1)])
def test_what_a_target_reads_is_compared(name, found):
    report = run(yours(name, "Refused", "UnicodeDecodeError"), Plan(seed=1, cases=200))
    assert bool(report.findings) == bool(found)
    assert {finding.oracle for finding in report.findings} <= {"accept"}
    left = run(yours(name, "Refused"), Plan(seed=1, cases=200, without=("accept",)))
    assert left.findings == []
