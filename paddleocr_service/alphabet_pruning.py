"""Prune a recogniser to an alphabet: remove the other characters from its last layer.

A CTC recogniser ends in a matrix product with one column of weights and one bias per character, followed by a softmax.
Without the columns of characters that a language does not use, the network is smaller and faster, and cannot confuse a
character of the language with a foreign look-alike.
"""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from .alphabets import is_in_alphabet
from .model_store import create_directory, recogniser_config

if TYPE_CHECKING:
    from onnx import GraphProto, NodeProto, TensorProto

logger = logging.getLogger(__name__)

_FORMAT_VERSION = "1"  # increase when the written files change


class NotCTCError(ValueError):
    """The network does not end in a matrix product, a bias and a softmax over its characters."""


def prune_to_alphabet(model_name: str, model_dir: Path, alphabet: str, cache_dir: Path) -> Path:
    """Return a model directory with the recogniser of ``model_dir`` pruned to an alphabet.

    ``model_dir`` contains ``inference.onnx`` and ``inference.yml``. The pruned model is created on the first call and
    cached in ``cache_dir``. If the network does not end like a CTC recogniser, ``model_dir`` itself is returned. Raises
    OSError if the cache is not writable.
    """
    import yaml

    config = yaml.safe_load((model_dir / "inference.yml").read_text(encoding="utf-8"))
    characters = list(config["PostProcess"]["character_dict"])
    kept = {index: character for index, character in enumerate(characters) if is_in_alphabet(character, alphabet)}
    if len(kept) == len(characters):
        return model_dir
    network = model_dir / "inference.onnx"
    stat = network.stat()
    identity = f"{_FORMAT_VERSION}:{model_dir}:{stat.st_size}:{stat.st_mtime_ns}:{list(kept.values())}"
    target = cache_dir / f"{model_name}-{alphabet}-{hashlib.sha256(identity.encode()).hexdigest()[:12]}"

    def fill(folder: Path) -> None:
        # Two more classes: the blank comes before the characters, the space after them.
        _write_pruned(network, folder / "inference.onnx", len(characters) + 2, list(kept))
        (folder / "inference.yml").write_text(recogniser_config(model_name, list(kept.values())), encoding="utf-8")

    try:
        return create_directory(target, ("inference.onnx", "inference.yml"), fill)
    except NotCTCError as error:
        logger.warning("%s cannot be pruned to the alphabet %s: %s", model_name, alphabet, error)
        return model_dir


def _write_pruned(source: Path, target: Path, classes: int, kept: list[int]) -> None:
    """kept: indices of characters. Class 0 (the blank) and the last class (the space) are kept as well."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load(source)
    columns = [0, *(index + 1 for index in kept), classes - 1]
    for tensor in _last_layer(model.graph, classes):
        values = numpy_helper.to_array(tensor)
        tensor.CopyFrom(numpy_helper.from_array(values[..., columns].copy(), tensor.name))
    for output in model.graph.output:  # the shape may state the old number of classes
        output.type.tensor_type.ClearField("shape")
    del model.metadata_props[:]  # the metadata may contain the whole alphabet
    onnx.save(model, target)


def _last_layer(graph: GraphProto, classes: int) -> list[TensorProto]:
    """Return the weights (.., classes) and the bias (classes,) of the last layer, found backwards from the output.

    Raises NotCTCError.
    """
    producers = {name: node for node in graph.node for name in node.output}
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    name: str = graph.output[0].name
    found: list[TensorProto] = []
    for op_type in ("Softmax", "Add", "MatMul"):
        node = _skip_identities(producers, name)
        if node is None or node.op_type != op_type:
            raise NotCTCError(f"{op_type} expected before the output {graph.output[0].name!r}")
        found += [tensors[input_name] for input_name in node.input if input_name in tensors]
        name = next((input_name for input_name in node.input if input_name not in tensors), "")
    if len(found) != 2 or any(tensor.dims[-1] != classes for tensor in found):
        raise NotCTCError(f"expected a last layer of {classes} characters")
    return found


def _skip_identities(producers: dict[str, NodeProto], name: str) -> NodeProto | None:
    node = producers.get(name)
    while node is not None and node.op_type == "Identity":
        node = producers.get(node.input[0])
    return node
