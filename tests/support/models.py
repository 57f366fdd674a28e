"""Model folders without a network in them: what the catalogue looks at is there, what a runtime would load is not."""

from pathlib import Path

FILES = {
    "onnx": ("inference.onnx", "inference.yml"),
    "paddle": ("inference.json", "inference.pdiparams", "inference.yml"),
}


def put_model(folder: Path, name: str, model_format: str = "onnx", content: str = "weights") -> Path:
    """``folder/name`` as an operator or a download leaves it."""
    model = folder / name
    model.mkdir(parents=True)
    for file in FILES[model_format]:
        (model / file).write_text(f"{content} of {name}/{file}")
    return model
