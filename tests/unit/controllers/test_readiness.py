"""The readiness probe and what the web server tells it."""

from types import SimpleNamespace

import pytest

from utils import environ_keys


@pytest.mark.parametrize(("seconds", "status"), [(0.0, 200), (4.0, 200), (6.0, 503)])
def test_a_process_that_serves_nothing_is_not_ready(make_app, seconds, status):
    services = SimpleNamespace(readiness=SimpleNamespace(not_ready_because=lambda: None))
    client = make_app(services).test_client()
    response = client.get("/health/ready", environ_overrides={environ_keys.STUCK_SECONDS: seconds})
    assert response.status_code == status
    assert ("No request could be served for 6 seconds" in response.get_data(as_text=True)) is (status == 503)
