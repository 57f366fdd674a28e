"""Memory limits of containers and systemd units."""

import psutil
import pytest

from utils.machine import usable_memory

MACHINE = psutil.virtual_memory().total
CONTAINER = "0::/\n"
UNIT = "0::/system.slice/worker.service\n"
V1 = "4:memory:/kubepods/pod1\n0::/\n"


@pytest.mark.parametrize(
    ("own", "limits", "usable"),
    [
        (CONTAINER, {"memory.max": "134217728\n"}, 134217728),
        (CONTAINER, {"memory.max": "max\n"}, MACHINE),
        (UNIT, {"system.slice/worker.service/memory.max": "268435456\n"}, 268435456),
        (
            UNIT,
            {"system.slice/worker.service/memory.max": "max\n", "system.slice/memory.max": "268435456\n"},
            268435456,
        ),
        (UNIT, {"system.slice/other.service/memory.max": "1\n"}, MACHINE),
        (V1, {"memory/memory.limit_in_bytes": "268435456\n"}, 268435456),
        (V1, {"memory/memory.limit_in_bytes": "9223372036854771712\n"}, MACHINE),
        (CONTAINER, {}, MACHINE),
    ],
    ids=["container", "no limit", "unit", "slice above", "another unit", "cgroup v1", "v1 without limit", "no cgroups"],
)
def test_the_smallest_limit_above_this_process_applies(tmp_path, own, limits, usable):
    (tmp_path / "own").write_text(own)
    for name, limit in limits.items():
        path = tmp_path / "cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(limit)
    assert usable_memory(tmp_path / "cgroup", tmp_path / "own") == usable


def test_without_proc_it_is_the_memory_of_the_machine(tmp_path):
    assert usable_memory(tmp_path, tmp_path / "own") == MACHINE
