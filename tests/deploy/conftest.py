"""The service as it is deployed: with its proxy before it."""

import pytest

from tests.support.nginx import Nginx


@pytest.fixture
def make_nginx(tmp_path):
    """`make_nginx(*ports, tls=False, **settings)`: a started nginx before web servers at these ports."""
    started = []

    def make(*ports, **options):
        started.append(Nginx(tmp_path / f"nginx{len(started)}", *ports, **options))
        return started[-1].start()

    yield make
    for nginx in started:
        nginx.stop()
