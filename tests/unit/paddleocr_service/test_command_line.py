"""``python -m paddleocr_service``, as far as it goes without a model."""

import pytest

from paddleocr_service import installer
from paddleocr_service.__main__ import main


@pytest.fixture(autouse=True)
def no_downloads(monkeypatch, tmp_path):
    monkeypatch.setenv("PADDLE_PDX_CACHE_HOME", str(tmp_path))


def test_models_lists_what_is_here_and_how_to_get_the_rest(capsys):
    assert main(["models", "--runtime", "onnxruntime"]) == 0
    listed = capsys.readouterr().out
    assert "PP-OCRv6_small_rec  installed" in listed
    assert "korean_PP-OCRv5_mobile_rec  python -m paddleocr_service install korean_PP-OCRv5_mobile_rec" in listed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["install", "PP-OCRv9"], "There is no official model 'PP-OCRv9'"),
        (["no-such-file.png"], "There is no such file."),
        (["no-such-file.png", "--lang", "xx"], "Unknown language 'xx'"),
        (["no-such-file.png", "--lang", "ko"], "install korean_PP-OCRv5_mobile_rec"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_an_exit_code(capsys, arguments, said):
    assert main(arguments) == 1
    told = capsys.readouterr()
    assert said in told.err and told.err.count("\n") == 1 and told.out == ""


def test_a_model_that_is_here_is_not_fetched_again():
    assert "installed already" in installer.install("PP-OCRv6_small_rec", "onnxruntime")
