"""The description of the API: whole, valid, and with the limits of the settings at hand."""

import re
from types import SimpleNamespace

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from app import create_app
from config import Settings
from middleware.error_catalog import CATALOG
from tests.support.openapi import Description

OPTIONS = {"lang", "dpi", "pages", "detail", "mode", "orientation", "callback_url", "wait"}
CREATING = ["/ocr/image", "/ocr/pdf", "/ocr/batch", "/ocr/predict"]
#: They show the description and are no part of it.
DOCUMENTATION = {"/openapi.json", "/docs", "/docs/swagger.js", "/docs/assets/{name}", "/redoc"}


@pytest.fixture(scope="module")
def description(tmp_path_factory):
    folder = tmp_path_factory.mktemp("description")
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {"DATA_DIR": folder, "MAX_DPI": 450, "REQUEST_TIMEOUT": 25}.items():
            environment.setenv(name, str(value))
        app = create_app(Settings.from_env(folder / "no.env"), SimpleNamespace())
    return Description(app.test_client().get("/openapi.json").json)


def form_of(description, path):
    """The fields of a multipart body: {name: schema}, and which of them are required."""
    content = description.operations()["post", path]["requestBody"]["content"]
    assert list(content) == ["multipart/form-data"]
    name = content["multipart/form-data"]["schema"]["$ref"].rpartition("/")[2]
    schema = description.document["components"]["schemas"][name]
    return schema["properties"], schema["required"]


def test_it_is_valid_openapi_3_1(description):
    assert description.document["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(description.document).validate()


def test_it_tells_of_every_route_there_is(description, make_app):
    rules = [(re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), rule) for rule in make_app().url_map.iter_rules()]
    there = {
        (method.lower(), path)
        for path, rule in rules
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if path not in DOCUMENTATION
    }
    assert description.operations().keys() == there


def test_every_operation_has_a_name_a_summary_a_tag_and_tells_of_errors(description):
    operations = description.operations().values()
    assert all(operation["summary"] and operation["tags"] for operation in operations)
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all("default" in operation["responses"] for operation in operations)


@pytest.mark.parametrize("path", CREATING)
def test_each_option_may_be_a_form_field_or_in_the_query_with_the_limits_of_the_settings(description, path):
    fields, required = form_of(description, path)
    file = "files" if path == "/ocr/batch" else "file"
    assert (set(fields), required) == (OPTIONS | {file}, [file])
    parameters = description.operations()["post", path]["parameters"]
    query = {parameter["name"]: parameter for parameter in parameters if parameter["in"] == "query"}
    assert query.keys() == OPTIONS
    shared = description.document["paths"][path]["parameters"]
    assert [(parameter["in"], parameter["name"]) for parameter in shared] == [("header", "Idempotency-Key")]
    for spelled in (fields, {name: parameter["schema"] for name, parameter in query.items()}):
        assert (spelled["dpi"]["minimum"], spelled["dpi"]["maximum"]) == (72, 450)
        assert (spelled["wait"]["minimum"], spelled["wait"]["maximum"]) == (0, 25)
        assert spelled["detail"]["enum"] == ["line", "word"]
    assert fields["dpi"]["default"] == 300 and "`300`" in query["dpi"]["description"]
    assert fields["wait"]["default"] == (25 if path == "/ocr/predict" else 0), "30 s, but no more than REQUEST_TIMEOUT"


def test_what_swagger_ui_fills_in_by_itself_can_be_sent(description):
    """It sends each default that it finds, and an option may be given only once; without a default it makes one up."""
    for path in CREATING:
        fields, required = form_of(description, path)
        assert {name for name in fields if "default" not in fields[name]} == set(required)
        parameters = description.operations()["post", path]["parameters"]
        assert [parameter["name"] for parameter in parameters if "default" in parameter["schema"]] == []


@pytest.mark.parametrize(
    ("path", "statuses"),
    [
        *((path, {"400", "401", "409", "413", "422", "429", "503", "default"}) for path in CREATING),
        ("/ocr/job/{job_id}", {"400", "401", "404", "503", "default"}),
        ("/ocr/job/{job_id}/result", {"400", "401", "404", "409", "410", "422", "503", "default"}),
        ("/ocr/jobs", {"400", "401", "503", "default"}),
        ("/admin/dead-letters/{job_id}/replay", {"400", "401", "403", "404", "503", "default"}),
    ],
)
def test_errors_are_described_as_problems(description, path, statuses):
    operation = next(item for (_, at), item in description.operations().items() if at == path)
    problem = {"$ref": "#/components/schemas/Problem"}
    found = {}
    for status, response in operation["responses"].items():
        if "$ref" in response:
            response = description.document["components"]["responses"][response["$ref"].rpartition("/")[2]]
        if "application/problem+json" in response["content"]:
            assert list(response["content"]) == ["application/problem+json"]
            found[status] = response["content"]["application/problem+json"]["schema"]
    assert found == dict.fromkeys(statuses, problem)


def test_every_example_is_what_the_schemas_say(description):
    count = 0
    for operation in description.operations().values():
        for response in operation["responses"].values():
            for content in response.get("content", {}).values():
                examples = [item["value"] for item in content.get("examples", {}).values()]
                for example in examples + ([content["example"]] if "example" in content else []):
                    description.validate(content["schema"], example)
                    count += 1
    assert count > 100


def test_nothing_is_described_that_is_not_used(description):
    text = str(description.document)
    names = [
        f"#/components/{kind}/{name}"
        for kind, items in description.document["components"].items()
        for name in items
        if kind != "securitySchemes"  # named, not pointed at
    ]
    assert [name for name in names if f"'{name}'" not in text] == []


def test_the_refusal_of_too_many_requests_is_as_described(description, make_app):
    jobs = SimpleNamespace(ensure_accepting=lambda slot: None, check_options=lambda options: None)
    client = make_app(SimpleNamespace(jobs=jobs), RATE_LIMIT_ENABLED="true", RATE_LIMIT_REQUESTS=1).test_client()
    client.post("/ocr/image")
    answer = client.post("/ocr/image")
    description.check("post", "/ocr/image", 429, answer.content_type, answer.json)


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", "/health"), ("get", "/health/ready"), ("post", "/ocr/image"), ("get", "/ocr/job/{job_id}")],
)
def test_what_is_said_without_redis_is_as_described(description, monkeypatch, tmp_path, method, path):
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    client = create_app(Settings.from_env(tmp_path / "no.env")).test_client()
    answer = client.open(path, method=method)
    description.check(method, path, 503, answer.content_type, answer.json)


def test_each_kind_of_error_is_as_described(description, make_app):
    client = make_app().test_client()
    for code in CATALOG:
        answer = client.get("/errors/" + code.replace("_", "-"))
        description.check("get", "/errors/{slug}", answer.status_code, answer.content_type, answer.json)
    missing = client.get("/errors/no-such-thing")
    description.check("get", "/errors/{slug}", 404, missing.content_type, missing.json)
