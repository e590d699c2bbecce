"""Templates and files beside them."""

import asyncio

import pytest
from jinja2 import UndefinedError
from starlette.exceptions import HTTPException
from starlette.requests import Request

from cardswitch.wire.web.files import Files, files_of, templates_of


@pytest.fixture
def folder(tmp_path):
    for name, text in (("templates/a.html", "{{ name | twice }}"), ("static/a.css", "a{}")):
        path = tmp_path / name
        path.parent.mkdir()
        path.write_text(text)
    return tmp_path


def test_what_a_template_is_given_is_text(folder):
    made = templates_of(folder, twice=lambda text: 2 * text).get_template("a.html")
    assert made.render(name="<b>") == "&lt;b&gt;&lt;b&gt;"
    with pytest.raises(UndefinedError):
        made.render()


def asked(folder, name):
    request = Request({"type": "http", "path_params": {"name": name}})
    return asyncio.run(Files(files_of(folder)).page(request))


def test_a_file_may_be_kept_and_has_the_headers(folder):
    answer = asked(folder, "a.css")
    assert (answer.body, answer.headers["cache-control"]) == (b"a{}", "public, max-age=600")
    assert answer.media_type == "text/css"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("name", ["b.css", "../templates/a.html", ""])
def test_what_is_not_there_is_not_found(folder, name):
    with pytest.raises(HTTPException) as raised:
        asked(folder, name)
    assert raised.value.status_code == 404
