"""Our engine as it comes, or without one of its tricks."""

from __future__ import annotations

from collections.abc import Callable


def make(threads: int, without: str = "", **engine_settings: object) -> Callable[[dict], str]:
    """without: a name of ``bench.readers.untricked``; the trick is left out in this process."""
    from paddleocr_service import OCREngine

    if without:
        from bench.readers.untricked import leave_out

        engine = leave_out(without)(threads=threads, **engine_settings)
    else:
        engine = OCREngine(threads=threads, **engine_settings)
    engine.warm_up()
    return lambda request: engine.recognize(request["path"]).text
