"""One POST: redirects not followed, certificates checked, and a bound of time."""

import asyncio
import ssl

import pytest

from cardswitch.gateway.courier import post as module
from cardswitch.gateway.courier.post import HttpPoster
from cardswitch.lab.house.papers import make_papers
from cardswitch.specs.errors import Error
from tests.kit.receiver import Receiver


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("papers")
    make_papers(folder)
    return folder / "tls"


def posted(url, tls=None, name="127.0.0.1", times=1):
    async def main():
        poster = HttpPoster(tls, 2)
        try:
            return [await poster.post(url, name, b"{}", {"X-Y": "z"}) for _ in range(times)]
        finally:
            await poster.close()

    return asyncio.run(main())


def trusting(papers):
    return ssl.create_default_context(cafile=papers / "ca.pem")


def test_it_is_sent_over_tls_with_its_headers(papers):
    with Receiver(papers / "gateway") as receiver:
        assert posted(receiver.url, trusting(papers), times=2) == [200, 200]
        assert (receiver.told[1].body, receiver.told[1].headers["X-Y"]) == (b"{}", "z")


def test_a_redirect_is_an_answer_and_not_followed():
    with Receiver() as other, Receiver(status=307, location=other.url) as receiver:
        assert posted(receiver.url) == [307]
        assert other.told == []


def test_a_certificate_must_be_signed_by_whom_we_trust_and_be_for_the_name(papers):
    with Receiver(papers / "gateway") as receiver:
        with pytest.raises(Error, match="certificate is refused"):
            posted(receiver.url, ssl.create_default_context())
        with pytest.raises(Error, match="certificate is refused"):
            posted(receiver.url, trusting(papers), name="shop.example")
        assert receiver.told == []


def test_who_does_not_answer_is_given_up(monkeypatch):
    monkeypatch.setattr(module, "TRY_S", 0.2)
    with Receiver(waits_s=1.0) as receiver, pytest.raises(Error, match="no answer within"):
        posted(receiver.url)


def test_where_nobody_listens_it_says_so():
    with Receiver() as receiver:
        url = receiver.url
    with pytest.raises(Error, match=r"refused|ConnectError|failed"):
        posted(url)
