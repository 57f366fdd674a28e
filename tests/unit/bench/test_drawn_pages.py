"""Drawn pages with a known reading order."""

from pathlib import Path

from bench.drawn_pages import KINDS, draw_pages

TEXT = (
    "The harbour master wrote down every ship that came in. Nobody knows why the lamp in the tower was dark all night. "
)


def test_pages_of_each_kind_are_the_same_in_every_run(tmp_path: Path) -> None:
    (tmp_path / "book.txt").write_text(TEXT * 3, encoding="utf-8")
    first, second = (list(draw_pages(tmp_path, 1)) for _ in range(2))
    assert [kind for kind, _, _, _ in first] == list(KINDS)
    assert [text for _, _, _, text in first] == [text for _, _, _, text in second]
    assert all(len(text.split()) > 100 and image.width > 800 for _, _, image, text in first)


def test_third_page_of_a_layout_is_skewed_and_its_text_is_that_of_the_sheet(tmp_path: Path) -> None:
    (tmp_path / "book.txt").write_text(TEXT * 3, encoding="utf-8")
    pages = {(kind, seed): image for kind, seed, image, _ in draw_pages(tmp_path, 3, ("journal", "article"))}
    assert pages["journal", 2].size == (1700, 2200)
    assert pages["article", 2].height > 2200
