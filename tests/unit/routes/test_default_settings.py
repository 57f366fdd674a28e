"""A default installation: the rate limit is on."""

import pytest

#: Values for the variables of the routes.
VARIABLES = {
    "job_id": "no-such-job",
    "account_id": "acct_0",
    "key_id": "key_0",
    "batch_id": "no-such-batch",
    "slug": "rate-limited",
    "model_id": "prebuilt-read",
    "ocr_model": "mistral-ocr-latest",
    "name": "redoc/bundles/redoc.standalone.js",
}


def test_no_get_route_fails_with_an_internal_error(app_without_redis):
    assert [limiter.enabled for limiter in app_without_redis.extensions["limiter"]] == [True]
    client = app_without_redis.test_client()
    statuses = {}
    for rule in app_without_redis.url_map.iter_rules():
        if "GET" in rule.methods:
            path = rule.rule
            for name in rule.arguments:
                path = path.replace(f"<string:{name}>", VARIABLES[name]).replace(f"<path:{name}>", VARIABLES[name])
            statuses[path] = client.get(path).status_code
    assert len(statuses) > 15
    assert {path: status for path, status in statuses.items() if status not in (200, 401, 403, 503)} == {}


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/docs", "text/html; charset=utf-8"),
        ("/docs/swagger.js", "text/javascript; charset=utf-8"),
        ("/docs/assets/swagger-ui-dist/swagger-ui.css", "text/css; charset=utf-8"),
        ("/redoc", "text/html; charset=utf-8"),
        ("/openapi.json", "application/json"),
    ],
)
def test_documentation_is_served(app_without_redis, path, content_type):
    response = app_without_redis.test_client().get(path)
    assert (response.status_code, response.content_type) == (200, content_type)


@pytest.mark.parametrize("path", ["/nowhere", "/errors/no-such-code", "/docs/assets/no-such-file"])
def test_missing_page_is_a_problem_document(app_without_redis, path):
    response = app_without_redis.test_client().get(path)
    assert (response.status_code, response.content_type) == (404, "application/problem+json")
    assert response.json["code"] == "not_found"
