"""The limit while its storage is away."""

from types import SimpleNamespace


def test_without_its_redis_the_limit_is_counted_in_memory(make_app):
    jobs = SimpleNamespace(ensure_accepting=lambda slot: None, check_options=lambda options: None)
    app = make_app(SimpleNamespace(jobs=jobs), RATE_LIMIT_ENABLED="true", RATE_LIMIT_REQUESTS=3)
    client = app.test_client()
    answers = [client.post("/ocr/image") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [400, 400, 400, 429, 429]
    assert answers[3].json["code"] == "rate_limited"
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0", "0"]


def test_clients_have_budgets_of_their_own(make_app):
    jobs = SimpleNamespace(ensure_accepting=lambda slot: None, check_options=lambda options: None)
    app = make_app(SimpleNamespace(jobs=jobs), RATE_LIMIT_ENABLED="true", RATE_LIMIT_REQUESTS=1)
    client = app.test_client()

    def post(address):
        return client.post("/ocr/image", environ_base={"REMOTE_ADDR": address}).status_code

    assert [post("10.0.0.1"), post("10.0.0.2"), post("10.0.0.1")] == [400, 400, 429]


def test_a_limit_that_is_off_limits_nothing_and_says_nothing(make_app):
    jobs = SimpleNamespace(ensure_accepting=lambda slot: None, check_options=lambda options: None)
    client = make_app(SimpleNamespace(jobs=jobs), RATE_LIMIT_ENABLED="false").test_client()
    answers = [client.post("/ocr/image") for _ in range(20)]
    assert {answer.status_code for answer in answers} == {400}
    assert "X-RateLimit-Limit" not in answers[0].headers
