"""Polygons of lines and words, and operations on them."""

from collections.abc import Callable

Point = tuple[float, float]
#: Four corners (x, y), clockwise from the top left of the text. Coordinates are pixels of the image as recognised: a
#: rotated image is turned upright first.
Polygon = tuple[Point, Point, Point, Point]


def map_points(polygon: Polygon, transform: Callable[[Point], Point]) -> Polygon:
    """Apply ``transform`` to each corner."""
    first, second, third, fourth = polygon
    return transform(first), transform(second), transform(third), transform(fourth)


def point_along(polygon: Polygon, width: float, height: float) -> Callable[[Point], Point]:
    """Return the transform from (0, 0, width, height) to a parallelogram, to a tenth of a pixel."""
    (x0, y0), (x1, y1), _, (x3, y3) = polygon

    def transform(point: Point) -> Point:
        along, down = point[0] / max(width, 1.0), point[1] / max(height, 1.0)
        x = x0 + along * (x1 - x0) + down * (x3 - x0)
        return round(x, 1), round(y0 + along * (y1 - y0) + down * (y3 - y0), 1)

    return transform


def slice_polygon(polygon: Polygon, axis: int, start: float, end: float) -> Polygon:
    """Return the part of a line between two shares of its length, limited to 0..1, to a tenth of a pixel.

    axis: direction of the line: 0 along the top edge (x), 1 along the left edge (y).
    """
    a, b, c, d = polygon
    start, end = min(max(start, 0.0), 1.0), min(max(end, 0.0), 1.0)
    if axis == 0:
        return _between(a, b, start), _between(a, b, end), _between(d, c, end), _between(d, c, start)
    return _between(a, d, start), _between(b, c, start), _between(b, c, end), _between(a, d, end)


def _between(a: Point, b: Point, share: float) -> Point:
    return round(a[0] + (b[0] - a[0]) * share, 1), round(a[1] + (b[1] - a[1]) * share, 1)


def bounds(polygon: Polygon) -> tuple[float, float, float, float]:
    """Return x0, y0, x1, y1 of the bounding box."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = polygon
    # An upright rectangle, as nearly all lines of a text layer are, takes a third of the time.
    if ay == by <= cy == dy and ax == dx <= bx == cx:
        return ax, ay, cx, cy
    xs, ys = zip(*polygon, strict=True)
    return min(xs), min(ys), max(xs), max(ys)
