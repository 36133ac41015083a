"""The reference in docs/api says what the code does, and the code takes what the reference says."""

import json
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from openapi_schema_validator import OAS30Validator

from portal.api.operations import operations
from portal.api.out import EnrollmentOut
from portal.api.reference import read_schema
from tests.api.asking import Caller
from tests.hostile_bodies import BODIES, hostile_bodies
from tests.makers import make_connection, make_enrollment, make_program

FILE = Path(__file__).resolve().parents[2] / "docs" / "api" / "openapi.json"
SCHEMA = json.loads(json.dumps(read_schema()))
OPERATIONS = [
    (path, method, operation)
    for path, methods in SCHEMA["paths"].items()
    for method, operation in methods.items()
]
POSTS = [(path, one) for path, method, one in OPERATIONS if method == "post"]


def check(value: object, schema: dict[str, object]) -> None:
    """Hold a value against a schema of the reference."""
    OAS30Validator({**schema, "components": SCHEMA["components"]}).validate(value)


def test_the_file_is_what_the_code_gives():
    written = json.loads(FILE.read_text("utf-8"))
    assert written == SCHEMA, "write it anew: python -m tests.api.write_reference"


def test_every_operation_is_described_with_examples_errors_and_scope():
    assert len(OPERATIONS) == sum(len(one.callback.cls.operations) for one in operations)
    assert len({one["operationId"] for _path, _method, one in OPERATIONS}) == len(OPERATIONS)
    for path, method, operation in OPERATIONS:
        where = f"{method} {path}"
        assert len(operation["description"]) > 40 and operation["summary"], where
        assert operation["x-scope"] in operation["description"], where
        assert {"401", "403", "429", "503"} <= set(operation["responses"]), where
        assert ("404" in operation["responses"]) or "{" not in path, where
        for status, answer in operation["responses"].items():
            (content,) = answer["content"].values()
            assert content["examples"], f"{where} {status}"
            for example in content["examples"].values():
                check(example["value"], content["schema"])


@pytest.mark.parametrize(("path", "operation"), POSTS, ids=[path for path, _ in POSTS])
def test_examples_of_bodies_fit_and_are_asked_with_a_name(path, operation):
    content = operation["requestBody"]["content"]["application/json"]
    for example in content["examples"].values():
        check(example["value"], content["schema"])
    names = {one["name"] for one in operation["parameters"] if one["in"] == "header"}
    assert names == {"Idempotency-Key"}


@pytest.mark.django_db
def test_what_is_answered_fits_the_reference():
    place = make_enrollment(make_program())
    caller = Caller(place.brand)
    for path, method, operation in OPERATIONS:
        if method == "get" and "{" not in path:
            schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
            check(caller.read(path.removeprefix("/api/v1/")), schema)


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "operation"), POSTS, ids=[path for path, _ in POSTS])
def test_no_body_breaks_an_operation(path, operation):
    """A slice of a fuzz driven by the reference: its example with a part spoilt, and bare bytes."""
    place = make_enrollment(make_program())
    make_connection(place.brand)
    caller, own = Caller(place.brand), path.removeprefix("/api/v1/")
    (example,) = operation["requestBody"]["content"]["application/json"]["examples"].values()
    text = json.dumps(example["value"])
    body = json.loads(text.replace(EnrollmentOut.EXAMPLE["id"], place.public_id))
    documented = {int(status) for status in operation["responses"]}

    @settings(
        max_examples=25,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(body=hostile_bodies(body))
    def ask(body: bytes) -> None:
        answer = caller.post(own, body)
        assert answer.status_code in documented | {404}, answer.content
        assert answer.status_code < 500, answer.content
        assert answer["Content-Type"] == "application/json"

    ask()
    assert {caller.post(own, one).status_code // 100 for one in BODIES[:12]} == {4}


def test_pages_for_programmers_are_open_to_everybody(db):
    client = Client()
    docs = client.get("/api/docs/")
    assert docs.status_code == 200 and "POST /api/v1/conversions" in docs.content.decode()
    assert "/api/v1/openapi.json" in docs.content.decode()
    assert client.get("/api/v1/openapi.json").json() == SCHEMA
    assert 'id="slug_taken"' in client.get("/api/errors/").content.decode()
