"""``python -m paddleocr_service``, as far as it works without loading a model."""

import pytest

from paddleocr_service import installer
from paddleocr_service.__main__ import main
from paddleocr_service.recognisers import language_data


@pytest.fixture(autouse=True)
def no_language_data(monkeypatch):
    monkeypatch.setattr(language_data, "is_tesseract_installed", lambda: False)


@pytest.fixture(autouse=True)
def empty_download_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("PADDLE_PDX_CACHE_HOME", str(tmp_path))


def test_models_lists_installed_and_installable_models(capsys):
    assert main(["models", "--runtime", "onnxruntime"]) == 0
    output = capsys.readouterr().out
    assert "PP-OCRv6_small_rec  installed" in output
    assert "korean_PP-OCRv5_mobile_rec  python -m paddleocr_service install korean_PP-OCRv5_mobile_rec" in output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["install", "PP-OCRv9"], "Unknown model 'PP-OCRv9'"),
        (["no-such-file.png"], "File not found."),
        (["no-such-file.png", "--lang", "xx"], "Unknown language 'xx'"),
        (["no-such-file.png", "--lang", "ko"], "install korean (the model korean_PP-OCRv5_mobile_rec"),
    ],
)
def test_error_is_one_line_on_stderr_and_exit_code_1(capsys, arguments, message):
    assert main(arguments) == 1
    output = capsys.readouterr()
    assert message in output.err and output.err.count("\n") == 1 and output.out == ""


def test_installed_model_is_not_downloaded():
    assert "already installed" in installer.install("PP-OCRv6_small_rec", "onnxruntime")
