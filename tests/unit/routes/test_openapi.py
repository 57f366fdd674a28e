"""The OpenAPI document: complete, valid, with the configured limits."""

import re
from types import SimpleNamespace

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from middleware.error_catalog import CATALOG
from tests.support.openapi import Description

READING_OPTIONS = {"lang", "dpi", "pages", "detail", "mode", "orientation", "layout"}
OPTIONS = {*READING_OPTIONS, "extract", "mask", "outputs", "password", "callback_url", "wait"}
FORMAT_OPTIONS = {"format", "page", "furniture"}
SUBMISSION_PATHS = ["/ocr/image", "/ocr/pdf", "/ocr/batch", "/ocr/predict"]
#: These show the document and are not part of it.
DOCUMENTATION = {"/openapi.json", "/docs", "/docs/swagger.js", "/docs/assets/{name}", "/redoc"}


@pytest.fixture(scope="module")
def description(make_shared_app):
    app = make_shared_app(SimpleNamespace(), MAX_DPI=450, REQUEST_TIMEOUT=25)
    return Description(app.test_client().get("/openapi.json").json)


def form_fields(description, path, media_type="multipart/form-data"):
    """The fields of a form or a JSON object: {name: schema}, and the names of the required ones."""
    content = description.operations()["post", path]["requestBody"]["content"]
    assert list(content) == ["multipart/form-data", "application/json"]
    name = content[media_type]["schema"]["$ref"].rpartition("/")[2]
    schema = description.document["components"]["schemas"][name]
    return schema["properties"], schema.get("required", [])


def test_document_is_valid_openapi_3_1(description):
    assert description.document["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(description.document).validate()


def test_every_route_is_described(description, make_app):
    """Except for the interfaces of other services: docs/compat.md describes them."""
    app = make_app(COMPAT="none")
    rules = [(re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), rule) for rule in app.url_map.iter_rules()]
    routes = {
        (method.lower(), path)
        for path, rule in rules
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if path not in DOCUMENTATION
    }
    assert description.operations().keys() == routes


def test_every_operation_has_id_summary_tag_and_default_error(description):
    operations = description.operations().values()
    assert all(operation["summary"] and operation["tags"] for operation in operations)
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all("default" in operation["responses"] for operation in operations)


@pytest.mark.parametrize("path", SUBMISSION_PATHS)
def test_options_are_form_fields_and_query_parameters_with_configured_limits(description, path):
    fields, required = form_fields(description, path)
    file = "files" if path == "/ocr/batch" else "file"
    options = OPTIONS | FORMAT_OPTIONS if path == "/ocr/predict" else OPTIONS
    assert (set(fields), required) == (options | {file}, [file])
    parameters = description.operations()["post", path]["parameters"]
    query = {parameter["name"]: parameter for parameter in parameters if parameter["in"] == "query"}
    assert query.keys() == options - {"password"}
    shared = description.document["paths"][path]["parameters"]
    assert [(parameter["in"], parameter["name"]) for parameter in shared] == [("header", "Idempotency-Key")]
    for schemas in (fields, {name: parameter["schema"] for name, parameter in query.items()}):
        assert (schemas["dpi"]["minimum"], schemas["dpi"]["maximum"]) == (72, 450)
        assert (schemas["wait"]["minimum"], schemas["wait"]["maximum"]) == (0, 25)
        assert schemas["detail"]["enum"] == ["line", "word"]
    assert fields["dpi"]["default"] == 300 and "`300`" in query["dpi"]["description"]
    assert fields["wait"]["default"] == (25 if path == "/ocr/predict" else 0), "30 s, but at most REQUEST_TIMEOUT"


@pytest.mark.parametrize("path", SUBMISSION_PATHS)
def test_files_and_options_may_be_sent_as_json(description, path):
    form, required = form_fields(description, path)
    fields, _ = form_fields(description, path, "application/json")
    if path == "/ocr/batch":
        assert fields.keys() == form.keys()
    else:
        assert fields.keys() == form.keys() | {"filename", "url"} and fields["file"]["format"] == "byte"


def test_request_prefilled_by_swagger_ui_is_valid(description):
    """Swagger UI sends every default, and makes up a value without one. An option may be sent only once."""
    for path in SUBMISSION_PATHS:
        fields, required = form_fields(description, path)
        assert {name for name in fields if "default" not in fields[name]} == set(required)
        parameters = description.operations()["post", path]["parameters"]
        assert [parameter["name"] for parameter in parameters if "default" in parameter["schema"]] == []


@pytest.mark.parametrize(
    ("path", "statuses"),
    [
        *((path, {"400", "401", "403", "409", "413", "422", "429", "503", "default"}) for path in SUBMISSION_PATHS[:3]),
        ("/ocr/predict", {"400", "401", "403", "406", "409", "413", "422", "429", "503", "default"}),
        ("/ocr/job/{job_id}", {"400", "401", "403", "404", "429", "503", "default"}),
        ("/ocr/job/{job_id}/result", {"400", "401", "403", "404", "406", "409", "410", "422", "429", "503", "default"}),
        ("/ocr/jobs", {"400", "401", "403", "429", "503", "default"}),
        ("/admin/dead-letters/{job_id}/replay", {"400", "401", "403", "404", "429", "503", "default"}),
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


def test_described_errors_are_those_of_the_error_classes(description):
    response = description.operations()["post", "/ocr/image"]["responses"]["503"]
    examples = response["content"]["application/problem+json"]["examples"]
    assert set(examples) == {"redis_unavailable", "queue_full", "memory_short", "storage_unavailable"}
    for code, example in examples.items():
        assert (example["summary"], example["value"]["code"]) == (CATALOG[code].title, code)
        assert f"`{code}`: {CATALOG[code].title}" in response["description"]


def test_examples_match_their_schemas(description):
    count = 0
    for operation in description.operations().values():
        for response in operation["responses"].values():
            for content in response.get("content", {}).values():
                examples = [item["value"] for item in content.get("examples", {}).values()]
                for example in examples + ([content["example"]] if "example" in content else []):
                    description.validate(content["schema"], example)
                    count += 1
    assert count > 100


def test_every_component_is_used(description):
    text = str(description.document)
    names = [
        f"#/components/{kind}/{name}"
        for kind, items in description.document["components"].items()
        for name in items
        if kind != "securitySchemes"  # used by name, without a reference
    ]
    assert [name for name in names if f"'{name}'" not in text] == []


def test_rate_limit_response_is_described(description, make_app, accepting_jobs):
    client = make_app(SimpleNamespace(jobs=accepting_jobs), RATE_LIMIT_REQUESTS=1).test_client()
    client.post("/ocr/image")
    response = client.post("/ocr/image")
    description.check("post", "/ocr/image", 429, response.content_type, response.json)


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", "/health"), ("get", "/health/ready"), ("post", "/ocr/image"), ("get", "/ocr/job/{job_id}")],
)
def test_responses_without_redis_are_described(description, app_without_redis, method, path):
    response = app_without_redis.test_client().open(path, method=method)
    description.check(method, path, 503, response.content_type, response.json)


def test_error_descriptions_are_described(description, make_app):
    client = make_app().test_client()
    for code in CATALOG:
        response = client.get("/errors/" + code.replace("_", "-"))
        description.check("get", "/errors/{slug}", response.status_code, response.content_type, response.json)
    missing = client.get("/errors/no-such-thing")
    description.check("get", "/errors/{slug}", 404, missing.content_type, missing.json)
