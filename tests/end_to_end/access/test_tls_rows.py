"""A lab of a real process, and who comes to its listener with the wrong papers, or with none: he is
told nothing, the record tells of him, and a terminal sells meanwhile on a link that stays.
"""

import socket
import ssl
import warnings
from contextlib import closing

import pytest

from cardswitch.lab.house import papers as of_lab
from cardswitch.specs.message import Message
from cardswitch.terminal.config import TerminalConfig
from tests.kit.papers import HOST, certificate
from tests.kit.programs import PATIENCE_S, until

POS = TerminalConfig(port=1, id="T", merchant="M").channel()
ECHO = Message("0800", {7: "0329010000", 11: "000001", 41: "TERM0001", 70: "301"})


class Line:
    """A terminal's connection, which stays."""

    def __init__(self, house):
        plain = socket.create_connection((HOST, house.lab.terminal.port), PATIENCE_S)
        self.socket = house.tls().wrap_socket(plain, server_hostname=HOST)
        self._framer = POS.framing.framer()

    def echo(self):
        """Field 39 of the answer to a question whether the switch is there."""
        self.socket.sendall(POS.framing.frame(POS.encode(ECHO)))
        frames = []
        while not frames:
            data = self.socket.recv(65_536)
            assert data, "the link was dropped"
            frames = self._framer.feed(data)
        return POS.decode(frames[0])[39]

    def close(self):
        self.socket.close()


def trusting(house):
    """What trusts the lab's authority, and shows nothing."""
    return ssl.create_default_context(cafile=house.folder / "tls" / "ca.pem")


def showing(house, folder, name):
    context = trusting(house)
    context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    return context


def foreign(house, folder):
    certificate(folder, "stranger", certificate(folder, "strangers"))
    return showing(house, folder, "stranger")


def ended(house, folder):
    issuer, key = of_lab._authority(house.folder / of_lab.FOLDER)
    certificate(folder, "ended", (issuer.subject, key), days=-1)
    return showing(house, folder, "ended")


def old(house, _):
    context = showing(house, house.folder / "tls", "terminal")
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


INTRUDERS = {
    "without TLS": lambda house, folder: None,
    "without a certificate": lambda house, folder: trusting(house),
    "of a foreign authority": foreign,
    "whose certificate has ended": ended,
    "with an old version": old,
    "who is the issuer": lambda house, folder: showing(house, house.folder / "tls", "issuer"),
}


def said_to(house, context):
    """All that an intruder is told who asks what a terminal may ask."""
    frame = POS.framing.frame(POS.encode(ECHO))
    with closing(socket.create_connection((HOST, house.lab.terminal.port), PATIENCE_S)) as plain:
        try:
            link = context.wrap_socket(plain, server_hostname=HOST) if context else plain
        except (ssl.SSLError, ConnectionError):
            return b""
        with closing(link):
            try:
                link.sendall(frame)
                return link.recv(65_536)
            except (ssl.SSLError, ConnectionError):
                return b""


@pytest.mark.parametrize("who", INTRUDERS)
def test_an_intruder_is_told_nothing_and_nobody_else_is_disturbed(house, tmp_path, who):
    [program] = house.programs

    def told():
        return program.said.read_text().count(" tls_refused: ")

    before = told()
    with closing(Line(house)) as line:
        assert line.echo() == "00"
        answer = said_to(house, INTRUDERS[who](house, tmp_path))
        assert b"\x08\x10" not in answer
        assert house.sell("10.00 --card good")[1]["kind"] == "approved"
        assert line.echo() == "00", "its link stays"
    until(lambda: told() == before + 1, f"told of the one {who}")


def test_certificates_that_were_renewed_are_shown_and_no_link_is_dropped(house):
    with closing(Line(house)) as line:
        shown = line.socket.getpeercert()["serialNumber"]
        assert of_lab.renew_papers(house.folder, within_days=1_000)
        with closing(Line(house)) as newer:
            assert newer.socket.getpeercert()["serialNumber"] != shown
            assert newer.echo() == "00"
        assert line.echo() == "00", "the link of before stays"
        assert house.sell("10.00 --card good")[1]["kind"] == "approved"
