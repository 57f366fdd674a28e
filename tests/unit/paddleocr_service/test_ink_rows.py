"""One upright character, or a line of text on its side."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from paddleocr_service.ink_rows import ink_runs, is_one_character


def drawn(text: str, angle: int = 0, ink: int = 0, ground: int = 255, padding: int = 8) -> np.ndarray:
    """Text in a box as a detector returns it, rotated counterclockwise by ``angle`` degrees."""
    font = ImageFont.load_default(40)
    left, top, right, bottom = font.getbbox(text)
    image = Image.new("L", (int(right - left) + 2 * padding, int(bottom - top) + 2 * padding), ground)
    ImageDraw.Draw(image).text((padding - left, padding - top), text, fill=ink, font=font)
    return np.asarray(image.rotate(angle, expand=True).convert("RGB"))


@pytest.mark.parametrize("text", list("1234567890AEKLTfkl|"))
@pytest.mark.parametrize(("ink", "ground"), [(0, 255), (255, 0), (90, 200)])
def test_upright_character_is_one_character(text: str, ink: int, ground: int) -> None:
    assert is_one_character(drawn(text, ink=ink, ground=ground))


@pytest.mark.parametrize("angle", [90, 270])
@pytest.mark.parametrize("text", ["100", "abc", "584", "Kg", "Total"])
def test_text_on_its_side_is_not(text: str, angle: int) -> None:
    assert not is_one_character(drawn(text, angle))


def test_rule_of_a_table_does_not_join_the_letters() -> None:
    box = drawn("abc", 90).copy()
    box[:, 4:6] = 0
    assert len(ink_runs(box)) == 3
    assert not is_one_character(box)


def test_box_without_contrast_has_no_ink() -> None:
    assert ink_runs(np.full((60, 30, 3), 200, np.uint8)) == []
