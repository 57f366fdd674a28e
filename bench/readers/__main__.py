"""``python -m bench.readers NAME SETTINGS``: the process of one reader; SETTINGS is a JSON object."""

from __future__ import annotations

import importlib
import json
import signal
import sys

from bench.readers.protocol import answers_alone_on_stdout, serve

#: Name -> module and function; the function takes the settings and gives a reading function.
READERS = {
    "ours": "bench.readers.ours:make",
    "document": "bench.readers.document:make",
    "rapidocr": "bench.readers.rapid:make",
    "rapidocr-openvino": "bench.readers.rapid:make_on_openvino",
    "paddleocr": "bench.readers.paddle:make",
    "paddlex-serving": "bench.readers.serving:make",
    "tesseract": "bench.readers.tesseract:make",
}


def main() -> None:
    name, settings = sys.argv[1], json.loads(sys.argv[2])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what it started is ended with it
    answers = answers_alone_on_stdout()
    module, _, function = READERS[name].partition(":")
    make = getattr(importlib.import_module(module), function)
    serve(lambda: make(**settings), sys.stdin, answers)


if __name__ == "__main__":
    main()
