"""OpenVINO as an inference engine of PaddleX, entered in the registry that PaddleX keeps for this.

PaddleX asks its registry for (model name, engine) and builds a *runner* from what it finds; it brings runners for
Paddle and ONNX Runtime. Here is one for OpenVINO, with the same contract: arrays in, arrays out.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

NAME = "openvino"

# Elements of an input beyond which the working memory is given back after the call instead of kept for the next one:
# a detector's page, not a recogniser's line (3 x 48 x 3200 at most).
_LARGE_INPUT = 3 * 48 * 3200


@lru_cache(maxsize=1)
def register() -> str:
    """Enter OpenVINO into PaddleX's registry, once a process; returns the engine's name. Imports paddlex."""
    from paddlex.inference.models.bindings import register_predictor_binding_map
    from paddlex.inference.models.text_detection import TextDetRunnerPredictor
    from paddlex.inference.models.text_recognition import TextRecRunnerPredictor
    from paddlex.modules.text_detection.model_list import MODELS as DETECTORS
    from paddlex.modules.text_recognition.model_list import MODELS as RECOGNISERS

    _engine_class(_runner_class())
    register_predictor_binding_map(TextDetRunnerPredictor, {NAME: DETECTORS})
    register_predictor_binding_map(TextRecRunnerPredictor, {NAME: RECOGNISERS})
    return NAME


def _runner_class():
    from paddlex.inference.models.runners import InferenceRunner

    class OpenVINORunner(InferenceRunner):
        """Runs one network on the CPU. Not thread-safe: it has one request."""

        def __init__(self, model_file: Path, config: dict[str, Any]) -> None:
            self._model = compile_model(model_file, int(config["threads"]))
            self._request = self._model.create_infer_request()

        def __call__(self, x=None, **_kwargs):
            inputs = x if isinstance(x, list) else [x]
            self._request.infer(inputs, share_inputs=True)
            # Copied out: the request's own memory is overwritten by the next picture.
            outputs = [output.data.copy() for output in self._request.output_tensors]
            if inputs[0].size > _LARGE_INPUT:
                self._model.release_memory()
            return outputs

        def close(self) -> None:
            self._request = self._model = None

    return OpenVINORunner


def _engine_class(runner_class):
    """PaddleX finds the class by its ``entities`` as soon as it is defined."""
    from paddlex.inference.models.engines import RunnerEngine

    class OpenVINOEngine(RunnerEngine):
        entities = NAME

        @property
        def name(self) -> str:
            return NAME

        def get_supported_model_formats(self):
            return ("onnx",)

        def get_default_runner_builder(self):
            return lambda *, model_dir, engine_config, **_: runner_class(
                Path(model_dir) / "inference.onnx", engine_config
            )

        def validate_runner(self, runner) -> None:
            if not isinstance(runner, runner_class):
                raise TypeError(f"the engine {NAME!r} builds an OpenVINORunner, not a {type(runner).__name__}")

    return OpenVINOEngine


def compile_model(model_file: Path, threads: int):
    """An OpenVINO model for the CPU, held to ``threads`` threads; bfloat16 where the processor computes in it."""
    core = openvino_core()
    return core.compile_model(
        core.read_model(model_file),
        "CPU",
        {
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": "1",
            "INFERENCE_NUM_THREADS": str(threads),
            "INFERENCE_PRECISION_HINT": "bf16" if computes_in_bfloat16(core) else "f32",
            # Pinned threads of two workers would all sit on the same first cores.
            "ENABLE_CPU_PINNING": False,
            # A compiled kernel is kept for every shape seen, and pictures come in all shapes: bound it.
            "CPU_RUNTIME_CACHE_CAPACITY": "64",
        },
    )


@lru_cache(maxsize=1)
def openvino_core():
    """The process's one OpenVINO core, kept until it ends.

    OpenVINO's CPU plug-in gives the thread that makes it a signal stack of its own and takes it away again with the
    core. Where a second core was made after the first, the end of both leaves the thread with a stack that is no longer
    there: the next signal kills the process.
    """
    import openvino

    return openvino.Core()


def computes_in_bfloat16(core) -> bool:
    """Whether the processor has bfloat16 instructions (AVX512-BF16, AMX); emulated it is slower than float."""
    return "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
