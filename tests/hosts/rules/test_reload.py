"""Changed files are taken over; a bad one is said once, and leaves the old rules in use."""

import os

import pytest

from cardswitch.hosts.rules.file import read_rules
from cardswitch.hosts.rules.reload import Reload, stamps_of
from cardswitch.specs.errors import Error


class Host:
    """What a reload tells, and hands over."""

    def __init__(self, path):
        self.told, self.used, self.has_ended = [], [], False
        self.path = path
        self.write("answer = '51'", 1)
        seen = stamps_of([path])
        self.reload = Reload([path], self.read, self.used.append, self.call, self.tell, seen)

    def read(self):
        return read_rules(self.path)

    def tell(self, kind, reason):
        self.told.append((kind, reason))

    def call(self, action):
        if self.has_ended:
            raise Error("the program has ended already")
        action(0.0)

    def write(self, line, at):
        self.path.write_text(f"[[rule]]\n{line}\n")
        os.utime(self.path, (at, at))


@pytest.fixture
def host(tmp_path):
    return Host(tmp_path / "rules.toml")


def test_what_has_not_changed_is_not_read(host):
    assert host.reload.look()
    assert (host.told, host.used) == ([], [])


def test_what_has_changed_is_in_use(host):
    host.write("answer = '05'", 2)
    assert host.reload.look()
    assert [rule.answer for rule in host.used[0]] == ["05"]
    assert host.told == [("rules_loaded", "rules in use now: 1")]
    assert host.reload.look()
    assert len(host.used) == 1


def test_a_fault_is_said_once_and_changes_nothing(host):
    host.write("anser = '05'", 2)
    assert host.reload.look()
    assert host.reload.look()
    assert host.used == []
    [(kind, reason)] = host.told
    assert kind == "rules_refused"
    assert reason.startswith(f"{host.path}, line 2: rule 1: anser: unknown, did you mean answer?")
    assert reason.endswith(": the old rules stay in use")
    host.write("answer = '05'", 3)
    assert host.reload.look()
    assert host.told[1][0] == "rules_loaded"


def test_a_file_that_goes_and_comes_again(host):
    host.path.unlink()
    assert host.reload.look()
    assert host.told[0][0] == "rules_refused"
    host.write("answer = '54'", 1)
    assert host.reload.look()
    assert host.used[0][0].answer == "54"


def test_it_ends_with_the_host(host):
    host.has_ended = True
    assert not host.reload.look()
    host.write("answer = '05'", 2)
    assert not host.reload.look()
    assert host.told == []
