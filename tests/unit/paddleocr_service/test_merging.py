"""Lines that two runs of the detector find."""

import numpy as np

from paddleocr_service.merging import merge_polygons


def box(x0, y0, x1, y1):
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


HEADING = box(0, 0, 500, 80)


def test_new_lines_are_added():
    merged = merge_polygons(np.array([HEADING], np.int16), np.array([box(40_000, 200, 40_100, 220)]))
    assert merged.tolist() == np.array([HEADING, box(40_000, 200, 40_100, 220)]).tolist()


def test_same_line_is_used_once_the_larger_polygon():
    part, whole = box(10, 200, 100, 220), box(10, 198, 300, 222)
    for first, second in ((part, whole), (whole, part)):
        assert merge_polygons([first], [second]).tolist() == np.array([whole]).tolist()


def test_lines_of_the_first_run_are_never_dropped_for_overlapping_each_other():
    slanted = [(0, 0), (400, 200), (390, 220), (-10, 20)]
    below = [(0, 30), (400, 230), (390, 250), (-10, 50)]
    assert len(merge_polygons([slanted, below], [box(0, 400, 50, 420)])) == 3


def test_runs_without_lines():
    assert merge_polygons([], []).shape == (0, 4, 2)
    assert merge_polygons([], [HEADING]).shape == merge_polygons([HEADING], []).shape == (1, 4, 2)
