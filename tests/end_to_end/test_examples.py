"""The examples do what they say, as a user starts them."""

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cardswitch.gateway.api.keys import KeyFile

EXAMPLES = Path(__file__).parents[2] / "examples"
TYPED = ("--card", "4242424242424242", "--expiry", "3012", "--config", "till.toml")


def ran(*words, cwd=None):
    """Exit code, and what a Python program printed."""
    done = subprocess.run(
        [sys.executable, *map(str, words)], cwd=cwd, capture_output=True, text=True, timeout=120
    )
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("amount", "code", "said"),
    [("12.50", 0, "12.50 EUR: Approved (00)"), ("80.51", 1, "80.51 EUR: Insufficient funds (51)")],
)
def test_a_sale_at_the_switch(house, amount, code, said):
    port = house.lab.switch.listeners["plain"].port
    assert ran(EXAMPLES / "sell.py", f"127.0.0.1:{port}", amount) == (code, f"{said}\n")


def test_an_order_over_https(house):
    (_, secret), _ = KeyFile(Path(house.lab.gateway.keys)).add("SHOP0001", 1)
    api = f"https://127.0.0.1:{house.lab.gateway.api.port}"
    how = ("--key", secret, "--api", api, "--ca", house.folder / "tls" / "ca.pem")
    code, said = ran(EXAMPLES / "order.py", "12.50", *how)
    assert code == 0
    assert said.startswith("12.50 EUR: succeeded (pi_")
    code, said = ran(EXAMPLES / "order.py", "1000.51", *how)
    assert (code, said.split("(")[1]) == (1, "insufficient_funds)\n")


def test_nobody_there_and_a_key_that_is_none_are_told(house):
    with socket.create_server(("127.0.0.1", 0)) as held:
        free = f"127.0.0.1:{held.getsockname()[1]}"
    code, said = ran(EXAMPLES / "sell.py", free, "12.50")
    assert (code, said.startswith("no answer: nobody listens at ")) == (4, True)
    how = ("--key", "sk_test_x", "--ca", house.folder / "tls" / "ca.pem", "--api")
    code, said = ran(EXAMPLES / "order.py", "12.50", *how, f"https://{free}")
    assert (code, said.startswith("no answer: ")) == (4, True)
    api = f"https://127.0.0.1:{house.lab.gateway.api.port}"
    code, said = ran(EXAMPLES / "order.py", "12.50", *how, api)
    assert (code, "Invalid API key" in said) == (1, True)


def test_a_bank_with_a_dialect_of_its_own(tmp_path):
    for path in EXAMPLES.glob("*.toml"):
        shutil.copy(path, tmp_path)
    bank = subprocess.Popen(
        [sys.executable, EXAMPLES / "host.py", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        port = bank.stdout.readline().split()[-1]
        to = ("--to", f"127.0.0.1:{port}")
        sell = ("-m", "cardswitch", "terminal", "sale")
        code, receipts = ran(*sell, "12.50", *TYPED, *to, cwd=tmp_path)
        assert (code, receipts.count("*** APPROVED ***")) == (0, 2)
        code, receipts = ran(*sell, "120.50", *TYPED, *to, cwd=tmp_path)
        assert code == 0  # The terminal has an answer.
        assert "Insufficient funds (51)" in receipts
    finally:
        bank.terminate()
        said, _ = bank.communicate(timeout=60)
    assert said.splitlines() == ["0200 000000001250 TILL0001", "0200 000000012050 TILL0001"]
