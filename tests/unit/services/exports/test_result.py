"""A result is read page by page, however its bytes are cut into parts."""

import json
import tracemalloc

import pytest

from services.exports.result import Result
from tests.support.results import document, page, paragraphs


def read_with_parts_of(size, result):
    text = json.dumps(result, ensure_ascii=False, separators=(",", ":")).encode()
    parts = [text[start : start + size] for start in range(0, len(text), size)]
    return list(Result(lambda: iter(parts)).pages())


@pytest.mark.parametrize("size", [1, 7, 1000, 10**6])
@pytest.mark.parametrize(
    "pages",
    [
        [paragraphs("one"), paragraphs('é]},{"page":', number=2), paragraphs("three", number=3)],
        [paragraphs("only")],
        [page([], number=7), page([], number=9)],
        [],
    ],
)
def test_pages_are_read_from_parts_of_any_size(size, pages):
    assert read_with_parts_of(size, document(*pages)) == pages


@pytest.mark.parametrize("size", [1, 10**6])
def test_a_picture_has_one_page(size):
    fields = {
        name: value for name, value in paragraphs("hello").items() if name in ("text", "lines", "blocks", "width")
    }
    (found,) = read_with_parts_of(size, {**fields, "success": True})
    assert (found["page"], found["text"], found["width"]) == (1, "hello", 600)


def test_a_truncated_document_is_an_error():
    with pytest.raises(json.JSONDecodeError):
        list(Result(lambda: [b'{"pages":[{"page":1,"text":"a"},{"pa']).pages())


def test_one_page_can_be_selected():
    result = Result.of(document(paragraphs("one"), paragraphs("two", number=2)))
    assert [each["text"] for each in result.page(2).pages()] == ["two"]


def test_memory_does_not_grow_with_the_number_of_pages():
    """The pages before the last one can be freed."""
    text = b'{"page":1,"text":"' + b"x" * 100_000 + b'"}'

    def parts():
        yield b'{"pages":[' + text
        for _ in range(200):
            yield b"," + text
        yield b'],"full_text":""}'

    tracemalloc.start()
    assert sum(1 for _ in Result(parts).pages()) == 201
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000
