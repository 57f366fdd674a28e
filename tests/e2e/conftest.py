"""The browser of these tests."""

import shutil

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def browser():
    """The path of an installed browser. Skips the test where there is none."""
    if path := next(filter(None, map(shutil.which, BROWSERS)), None):
        return path
    pytest.skip(f"no browser is installed ({', '.join(BROWSERS)}; on Debian: apt install chromium)")
