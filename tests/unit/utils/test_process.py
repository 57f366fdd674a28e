"""The limit of open files."""

import subprocess
import sys

import pytest

SCRIPT = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
from utils.process import raise_open_files
print(raise_open_files({wanted}), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.parametrize(
    ("soft", "hard", "wanted", "returned", "limit"),
    [
        pytest.param(256, 4096, 1000, 1000, 1000, id="raised to what is wanted"),
        pytest.param(256, 512, 1000, 512, 512, id="raised to what is allowed"),
        pytest.param(2000, 4096, 1000, 1000, 2000, id="never lowered"),
    ],
)
def test_the_limit_is_raised_as_far_as_wanted_and_allowed(soft, hard, wanted, returned, limit):
    script = SCRIPT.format(soft=soft, hard=hard, wanted=wanted)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(returned), str(limit)]
