"""RapidOCR with default settings except the number of threads, on ONNX Runtime (its default) and on OpenVINO."""

from collections.abc import Callable


def create(threads: int, **_unused: object) -> Callable[[dict], str]:
    return _reader({"EngineConfig.onnxruntime.intra_op_num_threads": threads})


def create_on_openvino(threads: int, **_unused: object) -> Callable[[dict], str]:
    from rapidocr import EngineType

    engines = {f"{part}.engine_type": EngineType.OPENVINO for part in ("Det", "Cls", "Rec")}
    return _reader({**engines, "EngineConfig.openvino.inference_num_threads": threads})


def _reader(settings: dict) -> Callable[[dict], str]:
    from rapidocr import RapidOCR

    engine = RapidOCR(params={**settings, "Global.log_level": "error"})
    return lambda request: "\n".join(engine(request["path"]).txts or ())
