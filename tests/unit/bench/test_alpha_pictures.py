"""The two ways to embed a PNG with an alpha channel that the bench compares."""

import numpy as np
import pymupdf
from PIL import Image

from bench.alpha_pictures import copied_pdf, main, packed_pdf


def drawn(path):
    pixels = np.random.default_rng(1).integers(0, 255, (40, 60, 4), np.uint8)
    pixels[..., 3] = 255
    Image.fromarray(pixels).save(path, dpi=(200, 200))
    return pixels[..., :3]


def test_both_show_the_picture(tmp_path):
    pixels = drawn(tmp_path / "page.png")
    for pdf in (packed_pdf(tmp_path / "page.png"), copied_pdf(tmp_path / "page.png")):
        with pymupdf.open(stream=pdf) as document:
            found = document[0].get_pixmap(dpi=200)
        assert np.array_equal(np.frombuffer(found.samples, np.uint8).reshape(pixels.shape), pixels)


def test_pictures_without_an_alpha_channel_are_left_out(tmp_path, capsys):
    drawn(tmp_path / "alpha.png")
    Image.new("RGB", (60, 40)).save(tmp_path / "opaque.png")
    assert main([str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "alpha.png" in shown and "opaque.png" not in shown
