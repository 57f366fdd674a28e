"""Counts shared by the processes of the web server, and how they share new connections."""

from server.process_counts import ProcessCounts


def test_a_process_with_more_connections_lets_another_accept_first_once():
    counts = ProcessCounts(2)
    counts.set(0, 10)
    counts.set(1, 1)
    assert [counts.lets_others_first(0, 10) for _ in range(4)] == [True, False, True, False]
    assert not counts.lets_others_first(1, 1)


def test_a_process_with_about_as_many_connections_accepts():
    counts = ProcessCounts(2)
    counts.set(1, 9)
    assert not any(counts.lets_others_first(0, 10) for _ in range(4))


def test_a_single_process_accepts_everything():
    assert not any(ProcessCounts(1).lets_others_first(0, 1000) for _ in range(4))


def test_the_total_is_that_of_all_processes():
    counts = ProcessCounts(3)
    for index, count in enumerate((1, 20, 300)):
        counts.set(index, count)
    counts.set(1, 10)
    assert counts.total() == 311


def test_a_process_with_too_high_an_index_is_not_counted():
    counts = ProcessCounts(2)
    counts.set(2, 5)
    counts.set(1, 7)
    assert counts.total() == 7
    assert not counts.lets_others_first(2, 0)
