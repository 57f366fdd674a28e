"""Our engine with default settings, or without one of its optimisations."""

from collections.abc import Callable


def create(threads: int, without: str = "", **engine_settings: object) -> Callable[[dict], str]:
    """without: optimisation to disable in this process, a key of ``ABLATIONS``."""
    from paddleocr_service import OCREngine

    create_engine: Callable[..., OCREngine] = OCREngine
    if without:
        from bench.readers.ablations import ABLATIONS

        create_engine = ABLATIONS[without]()
    engine = create_engine(threads=threads, **engine_settings)
    engine.warm_up()
    return lambda request: engine.recognize(request["path"]).text
