"""The description: current as it is checked in, and true, by a program that somebody else wrote."""

from pathlib import Path
from typing import get_type_hints

import pytest

from cardswitch.gateway.api.described import shapes
from cardswitch.gateway.api.described.document import SHAPES, document, document_text, params_of
from cardswitch.gateway.api.expanding import FIELDS
from cardswitch.gateway.api.routes import ROUTES

CHECKED_IN = Path(__file__).parents[4] / "gateway" / "tables" / "openapi.json"


def test_what_is_checked_in_is_current():
    told = "make it anew: cardswitch gateway openapi > gateway/tables/openapi.json"
    assert CHECKED_IN.read_text("utf-8") == document_text(), told


def test_every_route_is_described_with_what_it_reads():
    paths = document()["paths"]
    for line in ROUTES:
        operation = paths[line.path][line.method.lower()]
        names = set(params_of(line).__struct_fields__)
        if line.method in ("GET", "DELETE"):
            query = {p["name"].removesuffix("[]") for p in operation["parameters"]}
            assert names <= query
        else:
            assert operation["requestBody"]["content"].keys() >= {"application/json"}


def test_what_can_be_expanded_is_described_as_an_object_too():
    for kind, fields in FIELDS.items():
        types = get_type_hints(SHAPES[kind]) if kind in SHAPES else {}
        assert not types or {types[name] for name in fields} == {shapes.Expandable}, kind


def test_a_stranger_finds_nothing_that_is_not_described(shop):
    schemathesis = pytest.importorskip("schemathesis")
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    checks = [
        not_a_server_error,
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    ]
    schema = schemathesis.openapi.from_dict(document())
    schema.config.update(base_url=f"https://127.0.0.1:{shop.port}")
    paid = shop.create().body
    ids = {
        "payment_intents": paid["id"], "charges": paid["latest_charge"],
        "trace": paid["id"], "exceptions": paid["latest_charge"],
    }  # fmt: skip
    for operation in schema.get_all_operations():
        _play(operation.ok(), checks, shop, ids)


def _play(operation, checks, shop, ids):
    from hypothesis import HealthCheck, Phase, given, settings

    @given(operation.as_strategy())
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def play(case):
        family = operation.path.split("/")[2 + operation.path.startswith("/v1/x/")]
        if case.path_parameters and family in ids:
            case.path_parameters["id"] = ids[family]
        auth = {"Authorization": f"Bearer {shop.secret}"}
        case.call_and_validate(checks=checks, headers=auth, verify=str(shop.ca))

    play()


EXAMPLES = 8
