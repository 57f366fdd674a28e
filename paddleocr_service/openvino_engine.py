"""OpenVINO as an inference engine of PaddleX.

PaddleX keeps a registry of engines: for a model name and an engine it builds a *runner*. It has runners for Paddle and
ONNX Runtime. This module adds one for OpenVINO with the same interface: arrays in, arrays out.
"""

from collections import deque
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from .arrays import Tensor

NAME = "openvino"

#: Compiled kernels that a stream caches; one input shape takes about 100.
_LINE_KERNELS, _PAGE_KERNELS = 1000, 64


@lru_cache(maxsize=1)
def register() -> str:
    """Add OpenVINO to PaddleX's registry, once per process. Return the engine's name. Imports paddlex."""
    from paddlex.inference.models.bindings import register_predictor_binding_map
    from paddlex.inference.models.text_detection import TextDetRunnerPredictor
    from paddlex.inference.models.text_recognition import TextRecRunnerPredictor
    from paddlex.modules.text_detection.model_list import MODELS as DETECTORS
    from paddlex.modules.text_recognition.model_list import MODELS as RECOGNISERS

    _define_engine(_define_runner())
    register_predictor_binding_map(TextDetRunnerPredictor, {NAME: DETECTORS})
    register_predictor_binding_map(TextRecRunnerPredictor, {NAME: RECOGNISERS})
    return NAME


def _define_runner() -> type[Any]:
    from paddlex.inference.models.runners import InferenceRunner

    class OpenVINORunner(InferenceRunner):  # type: ignore[misc]  # paddlex has no type information
        """Runs one network on the CPU, for up to ``concurrency`` threads at once.

        All threads work on one page in the detector. A line is too small for that, so the recogniser has one stream
        with one thread for each line.

        A Python thread waits for each running request. OpenVINO's queue with callbacks (AsyncInferQueue) is not used: a
        page or callback would stay referenced in it, and replacing a callback sometimes crashed the process at exit.
        """

        def __init__(self, model_file: Path, config: dict[str, Any]) -> None:
            threads = int(config["threads"])
            self._model, is_recogniser = compile_model(model_file, threads)
            #: Threads that may call at once. While all streams compute, one more thread prepares the next line.
            self.concurrency = threads + 1 if is_recogniser else 1
            self._idle: deque[Any] = deque()  # requests; each keeps the memory of its last input

        def __call__(self, x: Any = None, **_kwargs: Any) -> list[Tensor]:
            array = x[0] if isinstance(x, list) else x
            outputs: list[Tensor] = self.run(array, lambda outputs: [output.copy() for output in outputs])
            return outputs

        def run(self, array: Tensor, consume: Callable[[list[Tensor]], Any]) -> Any:
            """Return ``consume(outputs)`` for an array (a batch). The outputs are invalid after that.

            The request reads the array where it is: copying it takes 0.1 ms, 7 % of the time of a short line.
            """
            from openvino import Tensor as Input

            try:
                request = self._idle.pop()
            except IndexError:  # all are busy, or one was lost because a time limit interrupted its thread
                request = self._model.create_infer_request()
            try:
                request.set_input_tensor(Input(array, shared_memory=True))
                request.start_async()
                request.wait()
                return consume([output.data for output in request.output_tensors])
            finally:
                request.wait()  # a time limit may interrupt the first wait
                self._idle.append(request)

        def close(self) -> None:
            self._idle.clear()
            self._model = None

    return OpenVINORunner


def _define_engine(runner_class: type[Any]) -> None:
    """Define the engine class. PaddleX registers it by its ``entities`` attribute on definition."""
    from paddlex.inference.models.engines import RunnerEngine

    class OpenVINOEngine(RunnerEngine):  # type: ignore[misc]  # paddlex has no type information
        entities = NAME

        @property
        def name(self) -> str:
            return NAME

        def get_supported_model_formats(self) -> tuple[str, ...]:
            return ("onnx",)

        def get_default_runner_builder(self) -> Callable[..., Any]:
            return lambda *, model_dir, engine_config, **_: runner_class(
                Path(model_dir) / "inference.onnx", engine_config
            )

        def validate_runner(self, runner: Any) -> None:
            if not isinstance(runner, runner_class):
                raise TypeError(f"the engine {NAME!r} needs an OpenVINORunner, not a {type(runner).__name__}")


def compile_model(model_file: Path, threads: int) -> tuple[Any, bool]:
    """Compile a model for the CPU with at most ``threads`` threads. Return it and whether it is a recogniser.

    A recogniser's input has a fixed height. Inference uses bfloat16 if the processor supports it.
    """
    core = openvino_core()
    model = core.read_model(model_file)
    is_recogniser: bool = model.inputs[0].partial_shape[2].is_static
    settings = {
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": str(threads if is_recogniser else 1),
        "INFERENCE_NUM_THREADS": str(threads),
        "INFERENCE_PRECISION_HINT": "bf16" if supports_bfloat16(core) else "f32",
        # With pinning, the threads of all worker processes would share the same first cores.
        "ENABLE_CPU_PINNING": False,
        # Kernels are compiled and cached per input shape: lines have few widths, pages have any size.
        "CPU_RUNTIME_CACHE_CAPACITY": str(_LINE_KERNELS if is_recogniser else _PAGE_KERNELS),
    }
    return core.compile_model(model, "CPU", settings), is_recogniser


@lru_cache(maxsize=1)
def openvino_core() -> Any:
    """Return the only OpenVINO core of the process, which lives until the process exits.

    OpenVINO's CPU plug-in installs a signal stack in the thread that creates a core, and removes it with the core. If a
    second core is created and both are deleted, the thread is left with a freed signal stack, and the next signal kills
    the process.
    """
    import openvino

    return openvino.Core()


def supports_bfloat16(core: Any) -> bool:
    """Return whether the processor has bfloat16 instructions (AVX512-BF16, AMX). Emulated it is slower than float32."""
    return "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
