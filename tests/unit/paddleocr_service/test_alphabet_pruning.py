"""Pruning of a small recogniser that ends like the official ones."""

import numpy as np
import onnx
import pytest
import yaml
from onnx import TensorProto, helper, numpy_helper

from paddleocr_service.alphabet_pruning import prune_to_alphabet
from paddleocr_service.model_store import recogniser_config

CHARACTERS = ["中", "a", "国", "é", "А"]  # the last one is Cyrillic
CLASSES = len(CHARACTERS) + 2


def create_model(folder, activation="Softmax"):
    """Two features per step -> seven classes, with an Identity in between as in the official models."""
    weights = numpy_helper.from_array(np.arange(2 * CLASSES, dtype=np.float32).reshape(2, CLASSES) / 10, "w")
    bias = numpy_helper.from_array(np.linspace(1, -1, CLASSES, dtype=np.float32), "b")
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["product"]),
        helper.make_node("Add", ["product", "b"], ["sum"]),
        helper.make_node("Identity", ["sum"], ["same"]),
        helper.make_node(activation, ["same"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "head",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", "T", 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", "T", CLASSES])],
        [weights, bias],
    )
    folder.mkdir()
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, folder / "inference.onnx")
    (folder / "inference.yml").write_text(recogniser_config("PP-OCRv6_small_rec", CHARACTERS), encoding="utf-8")
    return folder


def run(folder):
    import onnxruntime

    session = onnxruntime.InferenceSession(folder / "inference.onnx", providers=["CPUExecutionProvider"])
    return session.run(None, {"x": np.array([[[0.3, -0.7]]], np.float32)})[0][0, 0]


def test_blank_space_and_alphabet_are_kept_in_order(tmp_path):
    model_dir = create_model(tmp_path / "model")
    pruned = prune_to_alphabet("rec", model_dir, "latin", tmp_path / "cache")
    config = yaml.safe_load((pruned / "inference.yml").read_text(encoding="utf-8"))
    assert list(config["PostProcess"]["character_dict"]) == ["a", "é"]
    kept = run(model_dir)[[0, 2, 4, 6]]  # blank, a, é, space
    assert run(pruned) == pytest.approx(kept / kept.sum(), rel=1e-5)


def test_pruned_model_is_created_once(tmp_path):
    model_dir = create_model(tmp_path / "model")
    first = prune_to_alphabet("rec", model_dir, "latin", tmp_path / "cache")
    created = (first / "inference.onnx").stat().st_mtime_ns
    assert prune_to_alphabet("rec", model_dir, "latin", tmp_path / "cache") == first
    assert (first / "inference.onnx").stat().st_mtime_ns == created


def test_network_without_ctc_head_is_not_pruned(tmp_path):
    model_dir = create_model(tmp_path / "model", activation="Sigmoid")
    assert prune_to_alphabet("rec", model_dir, "latin", tmp_path / "cache") == model_dir
    assert list((tmp_path / "cache").iterdir()) == []
