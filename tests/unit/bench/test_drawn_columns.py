"""Drawn pages in columns."""

from pathlib import Path

from bench.drawn_columns import draw_pages

TEXT = (
    "The harbour master wrote down every ship that came in. Nobody knows why the lamp in the tower was dark all night. "
)


def test_pages_of_each_kind_are_the_same_in_every_run(tmp_path: Path) -> None:
    (tmp_path / "book.txt").write_text(TEXT * 3, encoding="utf-8")
    first, second = (list(draw_pages(tmp_path, 1)) for _ in range(2))
    assert [kind for kind, _, _, _ in first] == ["newspaper", "magazine", "journal"]
    assert [text for _, _, _, text in first] == [text for _, _, _, text in second]
    assert all(len(text.split()) > 300 and image.width > 800 for _, _, image, text in first)
