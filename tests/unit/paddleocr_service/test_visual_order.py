"""Lines that run from right to left, in the order of reading."""

import pytest

from paddleocr_service.visual_order import in_logical_order, runs_from_right


@pytest.mark.parametrize(
    ("seen", "read"),
    [
        ("ملاع ابحرم", "مرحبا عالم"),
        ("1948 ةنس يف", "في سنة 1948"),
        ("12/03/2024 :خيراتلا", "التاريخ: 12/03/2024"),
        ("1,234.50 غلبملا", "المبلغ 1,234.50"),
        ("50% مصخ", "خصم 50%"),
        ("mail@example.org ديربلا", "البريد mail@example.org"),
        ("Hello World ةملك", "كلمة Hello World"),
        (".PNG ةروص", "صورة PNG."),
        ("(ةيلود) ةمظنم", "منظمة (دولية)"),
        ("٣١ ناسين ١٩٤٨", "١٩٤٨ نيسان ٣١"),
        ("םולש", "שלום"),
        ("Total (12)", "Total (12)"),
        ("The word is ابحرم", "The word is ابحرم"),
        ("12/03/2024", "12/03/2024"),
        ("", ""),
    ],
)
def test_line_from_left_to_right_is_put_in_the_order_of_reading(seen, read):
    assert in_logical_order(seen) == read


def test_only_arabic_models_of_pp_ocr_return_lines_from_left_to_right():
    assert runs_from_right("arabic_PP-OCRv5_mobile_rec")
    assert not runs_from_right("PP-OCRv6_small_rec")
