"""A recogniser cut down to an alphabet: the characters that nobody asks for leave its last layer, once.

A CTC recogniser ends in one matrix product: a column of weights and a bias for each character, then softmax. Without
the columns of characters that a language does not have, the network is smaller, faster, and cannot take one of theirs
for one of its own.
"""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

from .alphabets import is_written
from .model_store import make_directory, recogniser_config

logger = logging.getLogger(__name__)

_LAYOUT = "1"  # raise when what is written below changes


def cut_to_alphabet(model_name: str, model_dir: Path, alphabet: str, cache_dir: Path) -> Path:
    """Model directory with the recogniser of ``model_dir`` (``inference.onnx``, ``inference.yml``) cut to an alphabet.

    Made at the first call and kept below ``cache_dir``; found there afterwards. ``model_dir`` itself where its network
    does not end as a CTC recogniser does. Raises OSError where the cache cannot be written.
    """
    import yaml

    config = yaml.safe_load((model_dir / "inference.yml").read_text(encoding="utf-8"))
    characters = list(config["PostProcess"]["character_dict"])
    kept = [index for index, character in enumerate(characters) if is_written(character, alphabet)]
    if len(kept) == len(characters):
        return model_dir
    target = cache_dir / f"{model_name}-{alphabet}-{_fingerprint(model_dir, [characters[i] for i in kept])}"

    def fill(folder: Path) -> None:
        # The blank stands before the characters, the space behind them.
        _write_cut(model_dir / "inference.onnx", folder / "inference.onnx", len(characters) + 2, kept)
        config_text = recogniser_config(model_name, [characters[index] for index in kept])
        (folder / "inference.yml").write_text(config_text, encoding="utf-8")

    try:
        return make_directory(target, ("inference.onnx", "inference.yml"), fill)
    except NotCTCError as error:
        logger.warning("%s keeps its whole alphabet: %s", model_name, error)
        return model_dir


class NotCTCError(ValueError):
    """The network does not end in a matrix product, a bias and a softmax over its characters."""


def _fingerprint(model_dir: Path, kept: list[str]) -> str:
    stat = (model_dir / "inference.onnx").stat()
    told = f"{_LAYOUT}:{model_dir}:{stat.st_size}:{stat.st_mtime_ns}:{kept}"
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _write_cut(source: Path, target: Path, classes: int, kept: list[int]) -> None:
    """``kept``: indices of characters; class 0 is the blank, the last class the space, both stay."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load(source)
    columns = [0, *(index + 1 for index in kept), classes - 1]
    for tensor in _last_layer(model.graph, classes):
        values = numpy_helper.to_array(tensor)
        tensor.CopyFrom(numpy_helper.from_array(values[..., columns].copy(), tensor.name))
    for output in model.graph.output:  # its last dimension may be told as a number
        output.type.tensor_type.ClearField("shape")
    del model.metadata_props[:]  # it may hold the whole alphabet
    onnx.save(model, target)


def _last_layer(graph, classes: int) -> list:
    """The weights (.., classes) and the bias (classes) behind the output, found by walking back from it."""
    made_by = {name: node for node in graph.node for name in node.output}
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    wanted, found = graph.output[0].name, []
    for kinds in (("Softmax",), ("Add",), ("MatMul",)):
        node = _skip_identities(made_by, wanted)
        if node is None or node.op_type not in kinds:
            raise NotCTCError(f"{kinds[0]} expected before the output {graph.output[0].name!r}")
        found += [tensors[name] for name in node.input if name in tensors]
        wanted = next((name for name in node.input if name not in tensors), "")
    if len(found) != 2 or any(tensor.dims[-1] != classes for tensor in found):
        raise NotCTCError(f"a last layer of {classes} characters expected")
    return found


def _skip_identities(made_by: dict, name: str):
    node = made_by.get(name)
    while node is not None and node.op_type == "Identity":
        node = made_by.get(node.input[0])
    return node
