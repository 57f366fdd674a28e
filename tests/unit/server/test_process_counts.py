"""Who takes the next connection."""

from server.process_counts import ProcessCounts


def test_a_process_with_more_than_its_share_lets_another_go_first_once():
    shares = ProcessCounts(2)
    shares.tell(0, 10)
    shares.tell(1, 1)
    assert [shares.lets_others_first(0, 10) for _ in range(4)] == [True, False, True, False]
    assert not shares.lets_others_first(1, 1)


def test_a_process_with_about_as_many_as_the_others_lets_nobody_go_first():
    shares = ProcessCounts(2)
    shares.tell(1, 9)
    assert not any(shares.lets_others_first(0, 10) for _ in range(4))


def test_a_process_that_is_alone_takes_all():
    assert not any(ProcessCounts(1).lets_others_first(0, 1000) for _ in range(4))


def test_a_process_beyond_the_places_counts_for_nothing():
    shares = ProcessCounts(2)
    shares.tell(2, 5)
    shares.tell(1, 7)
    assert not shares.lets_others_first(2, 0)
