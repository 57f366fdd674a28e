"""Model folders with the files that the catalogue checks, but without networks."""

from pathlib import Path

FILES = {
    "onnx": ("inference.onnx", "inference.yml"),
    "paddle": ("inference.json", "inference.pdiparams", "inference.yml"),
}


def create_model_folder(folder: Path, name: str, model_format: str = "onnx", content: str = "weights") -> Path:
    """Create ``folder/name`` with the files of an installed or downloaded model."""
    model = folder / name
    model.mkdir(parents=True)
    for file in FILES[model_format]:
        (model / file).write_text(f"{content} of {name}/{file}")
    return model
