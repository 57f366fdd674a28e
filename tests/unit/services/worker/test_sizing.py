"""How many worker processes and threads a machine gets."""

import pytest

from services.worker import sizing
from services.worker.sizing import WorkerSize


@pytest.fixture
def machine(monkeypatch):
    """`machine(cores, gigabytes)`"""

    def pretend(cores: int, gigabytes: float) -> None:
        monkeypatch.setattr(sizing, "usable_cores", lambda: cores)
        monkeypatch.setattr(sizing, "usable_memory", lambda: int(gigabytes * 2**30))

    return pretend


@pytest.mark.parametrize(
    ("cores", "gigabytes", "processes", "threads"),
    [
        (1, 16, 1, 1),
        (2, 3.8, 2, 1),
        (2, 2, 1, 2),
        (2, 0.9, 1, 2),
        (8, 16, 8, 1),
        (8, 11, 6, 1),
        (6, 8, 3, 2),
        (7, 8, 3, 2),
    ],
)
def test_one_process_per_core_as_far_as_memory_allows(machine, cores, gigabytes, processes, threads):
    machine(cores, gigabytes)
    assert WorkerSize.for_this_machine() == WorkerSize(processes, threads)


def test_threads_default_to_the_cores_divided_by_the_processes(machine):
    machine(8, 16)
    assert WorkerSize.for_this_machine(processes=2).threads == 4


def test_given_numbers_are_kept(machine):
    machine(8, 16)
    assert WorkerSize.for_this_machine(3, 5) == WorkerSize(3, 5)


def test_memory_limits_are_shares_of_each_process(machine):
    machine(8, 16)
    size = WorkerSize(4, 2)
    assert (size.process_memory_limit(), size.model_memory_limit()) == (int(2.4 * 2**30), 2 * 2**30)
