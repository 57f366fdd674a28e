"""A real browser, where one is installed."""

import shutil

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def browser():
    if found := next(filter(None, map(shutil.which, BROWSERS)), None):
        return found
    pytest.skip(f"no browser is installed here (looked for {', '.join(BROWSERS)})")
