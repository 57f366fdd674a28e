"""OpenVINO as an inference engine of PaddleX, entered in the registry that PaddleX keeps for this.

PaddleX asks its registry for (model name, engine) and builds a *runner* from what it finds; it brings runners for
Paddle and ONNX Runtime. Here is one for OpenVINO, with the same contract: arrays in, arrays out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

NAME = "openvino"

# Kernels that a stream keeps; a shape takes some 100.
_LINE_KERNELS, _PAGE_KERNELS = 1000, 64


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
        """Runs one network on the CPU, for ``lanes`` threads at a time.

        A detector's page is shared among the threads; a line is too small for that, so a recogniser has a stream of
        one thread for each line.

        Each request that runs is waited for by a Python thread: with OpenVINO's own queue, which calls back, a page or
        a callback would live on in it, and a callback that is replaced ends the process at times when it exits.
        """

        def __init__(self, model_file: Path, config: dict[str, Any]) -> None:
            threads = int(config["threads"])
            self._model, reads_lines = compile_model(model_file, threads)
            #: How many threads may call at a time. While all streams compute, one more makes the next line ready.
            self.lanes = threads + 1 if reads_lines else 1
            self._idle: deque = deque()  # requests, each with room for what it was last asked

        def __call__(self, x=None, **_kwargs):
            array = x[0] if isinstance(x, list) else x
            return self.run(array, lambda outputs: [output.copy() for output in outputs])

        def run(self, array, take: Callable[[list[Any]], Any]):
            """What ``take`` makes of the network's outputs for an array (a batch), which are gone when it returns."""
            try:
                request = self._idle.pop()
            except IndexError:  # all are at work, or a time limit struck while one was in nobody's hands
                request = self._model.create_infer_request()
            try:
                request.start_async([array])
                request.wait()
                return take([output.data for output in request.output_tensors])
            finally:
                request.wait()  # a time limit can strike before the other one
                self._idle.append(request)

        def close(self) -> None:
            self._idle = self._model = None

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
    """(OpenVINO model for the CPU, held to ``threads`` threads; whether it reads lines: its input's height is fixed).

    bfloat16 where the processor computes in it.
    """
    core = openvino_core()
    model = core.read_model(model_file)
    reads_lines = model.inputs[0].partial_shape[2].is_static
    settings = {
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": str(threads if reads_lines else 1),
        "INFERENCE_NUM_THREADS": str(threads),
        "INFERENCE_PRECISION_HINT": "bf16" if computes_in_bfloat16(core) else "f32",
        # Pinned threads of two workers would all sit on the same first cores.
        "ENABLE_CPU_PINNING": False,
        # Compiled kernels are kept for every shape seen: lines come in few widths, pages in all sizes.
        "CPU_RUNTIME_CACHE_CAPACITY": str(_LINE_KERNELS if reads_lines else _PAGE_KERNELS),
    }
    return core.compile_model(model, "CPU", settings), reads_lines


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
