"""A small recogniser of the same ending as the real ones, cut down and run."""

import numpy as np
import onnx
import pytest
import yaml
from onnx import TensorProto, helper, numpy_helper

from paddleocr_service.alphabet_cut import cut_to_alphabet
from paddleocr_service.model_store import recogniser_config

CHARACTERS = ["中", "a", "国", "é", "А"]  # the last one is Cyrillic
CLASSES = len(CHARACTERS) + 2


def model_dir(folder, last="Softmax"):
    """Two features a step -> seven classes; an Identity stands in between, as in the official files."""
    weights = numpy_helper.from_array(np.arange(2 * CLASSES, dtype=np.float32).reshape(2, CLASSES) / 10, "w")
    bias = numpy_helper.from_array(np.linspace(1, -1, CLASSES, dtype=np.float32), "b")
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["product"]),
        helper.make_node("Add", ["product", "b"], ["sum"]),
        helper.make_node("Identity", ["sum"], ["same"]),
        helper.make_node(last, ["same"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tail",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", "T", 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", "T", CLASSES])],
        [weights, bias],
    )
    folder.mkdir()
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(made, folder / "inference.onnx")
    (folder / "inference.yml").write_text(recogniser_config("PP-OCRv6_small_rec", CHARACTERS), encoding="utf-8")
    return folder


def run(folder):
    import onnxruntime

    session = onnxruntime.InferenceSession(folder / "inference.onnx", providers=["CPUExecutionProvider"])
    return session.run(None, {"x": np.array([[[0.3, -0.7]]], np.float32)})[0][0, 0]


def test_blank_space_and_what_is_written_stay_in_their_order(tmp_path):
    whole = model_dir(tmp_path / "whole")
    cut = cut_to_alphabet("rec", whole, "latin", tmp_path / "cache")
    config = yaml.safe_load((cut / "inference.yml").read_text(encoding="utf-8"))
    assert list(config["PostProcess"]["character_dict"]) == ["a", "é"]
    kept = run(whole)[[0, 2, 4, 6]]  # blank, a, é, space
    assert run(cut) == pytest.approx(kept / kept.sum(), rel=1e-5)


def test_it_is_made_once(tmp_path):
    whole = model_dir(tmp_path / "whole")
    first = cut_to_alphabet("rec", whole, "latin", tmp_path / "cache")
    made = (first / "inference.onnx").stat().st_mtime_ns
    assert cut_to_alphabet("rec", whole, "latin", tmp_path / "cache") == first
    assert (first / "inference.onnx").stat().st_mtime_ns == made


def test_a_network_of_another_ending_is_left_whole(tmp_path):
    whole = model_dir(tmp_path / "whole", last="Sigmoid")
    assert cut_to_alphabet("rec", whole, "latin", tmp_path / "cache") == whole
    assert list((tmp_path / "cache").iterdir()) == []
