import pytest

from services.errors import InvalidOption, PageOutOfRange
from services.ocr_service.page_ranges import check_pages, parse_pages


@pytest.mark.parametrize(
    ("spec", "pages"),
    [
        ("1", (1,)),
        ("1-3,7", (1, 2, 3, 7)),
        ("7,1-3", (1, 2, 3, 7)),
        ("2-4,3-5,4", (2, 3, 4, 5)),
        ("5-5", (5,)),
        (" 1 , 3-4 ", (1, 3, 4)),
        ("10", (10,)),
        ("8,1", (1, 8)),
    ],
)
def test_pages_are_ascending_and_unique(spec, pages):
    assert parse_pages(spec, 10) == pages


@pytest.mark.parametrize(
    "spec",
    [
        "",
        " ",
        ",",
        "1,",
        ",1",
        "0",
        "0-3",
        "3-1",
        "-3",
        "3-",
        "1--3",
        "1-2-3",
        "a",
        "1;2",
        "1.5",
        "+1",
        "１",
        "1 2",
        "1\n",
    ]
    + ["1," * 600 + "1", "9" * 30],
)
def test_a_malformed_option_is_rejected_by_name(spec):
    with pytest.raises(InvalidOption, match=r"\bpages\b") as caught:
        check_pages(spec)
    assert caught.value.code == "invalid_option"
    assert caught.value.extra == {"option": "pages"}
    with pytest.raises(InvalidOption):
        parse_pages(spec, 10)


@pytest.mark.parametrize("spec", ["11", "1-11", "1,2,999999"])
def test_a_page_beyond_the_document_is_out_of_range(spec):
    with pytest.raises(PageOutOfRange, match="10 pages") as caught:
        parse_pages(spec, 10)
    assert caught.value.extra == {"option": "pages", "total_pages": 10}


def test_the_error_uses_the_singular_for_one_page():
    with pytest.raises(PageOutOfRange, match="1 page\\."):
        parse_pages("2", 1)


def test_the_syntax_check_does_not_need_the_document():
    assert check_pages("1-3,700") == ((1, 3), (700, 700))
