"""The memory that sizes are taken from is the container's, where there is one."""

import psutil
import pytest

from utils.memory import usable_memory

MACHINE = psutil.virtual_memory().total


@pytest.mark.parametrize(
    ("limit", "usable"), [("134217728\n", 134217728), ("max\n", MACHINE), ("9223372036854771712\n", MACHINE)]
)
def test_a_containers_limit_goes_before_the_machines_memory(tmp_path, limit, usable):
    (tmp_path / "memory.max").write_text(limit)
    assert usable_memory((tmp_path / "memory.max",)) == usable


def test_the_older_cgroup_is_asked_where_there_is_no_newer(tmp_path):
    (tmp_path / "v1").write_text("268435456\n")
    assert usable_memory((tmp_path / "v2", tmp_path / "v1")) == 268435456


def test_without_cgroups_it_is_the_machines_memory(tmp_path):
    assert usable_memory((tmp_path / "nothing",)) == MACHINE
