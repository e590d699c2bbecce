"""Codes stay in memory until their one send, for minutes, and so many at the most."""

from cardswitch.gateway.api.given.codes import CODES_MAX, LIFETIME_S, Codes


class Time:
    now = 0.0

    def __call__(self):
        return self.now


def test_a_code_is_taken_once():
    codes = Codes(Time())
    codes.keep("pm_1", "731")
    codes.keep("pm_2", "")
    assert [codes.take("pm_1"), codes.take("pm_1"), codes.take("pm_2")] == ["731", "", ""]


def test_a_code_is_forgotten_in_time():
    time = Time()
    codes = Codes(time)
    codes.keep("pm_1", "731")
    time.now = LIFETIME_S - 1
    codes.keep("pm_2", "732")
    time.now = LIFETIME_S
    assert [codes.take("pm_1"), codes.take("pm_2")] == ["", "732"]


def test_what_was_taken_and_not_sent_is_kept_on_and_no_longer():
    time = Time()
    codes = Codes(time)
    codes.keep("pm_1", "731")
    kept = codes.pop("pm_1")
    time.now = 1.0
    codes.keep("pm_2", "732")
    codes.put_back("pm_1", kept)
    codes.put_back("pm_3", codes.pop("pm_3"))
    time.now = LIFETIME_S
    assert [codes.take("pm_1"), codes.take("pm_2"), codes.take("pm_3")] == ["", "732", ""]


def test_beyond_the_bound_the_oldest_goes():
    codes = Codes(Time())
    for number in range(CODES_MAX + 1):
        codes.keep(f"pm_{number}", "731")
    assert [codes.take("pm_0"), codes.take("pm_1")] == ["", "731"]


def test_nobody_reads_a_code_in_a_log():
    codes = Codes(Time())
    codes.keep("pm_1", "731")
    assert "731" not in repr(codes)
