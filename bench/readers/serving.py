"""PaddleX's server for its OCR pipeline, asked over loopback; the time is that of the whole request."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from utils.process import tie_to

_START_SECONDS = 120


def make(threads: int, detector: list[str], recogniser: list[str], **_unused: object) -> Callable[[dict], str]:
    """detector, recogniser: model name and directory. Raises RuntimeError where the server does not come up."""
    url = _serve(_pipeline(threads, detector, recogniser))

    def read(request: dict) -> str:
        content = base64.b64encode(Path(request["path"]).read_bytes()).decode()
        answer = _post(url + "/ocr", {"file": content, "fileType": 1, "visualize": False})
        return "\n".join(line for page in answer["result"]["ocrResults"] for line in page["prunedResult"]["rec_texts"])

    return read


def _pipeline(threads: int, detector: list[str], recogniser: list[str]) -> dict:
    """PaddleX's own configuration of the pipeline, with these weights, on ONNX Runtime, without auxiliary models."""
    import yaml
    from paddlex.inference.pipelines import get_pipeline_path

    config = yaml.safe_load(Path(get_pipeline_path("OCR")).read_text(encoding="utf-8"))
    config.update(use_doc_preprocessor=False, use_textline_orientation=False, engine="onnxruntime")
    config["engine_config"] = {"intra_op_num_threads": threads}
    modules = config["SubModules"]
    modules["TextDetection"].update(model_name=detector[0], model_dir=detector[1])
    modules["TextRecognition"].update(model_name=recogniser[0], model_dir=recogniser[1])
    return config


def _serve(config: dict) -> str:
    import yaml

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="bench-paddlex-"))
    (folder / "OCR.yaml").write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    server = subprocess.Popen(
        [sys.executable, "-m", "paddlex", "--serve", "--pipeline", str(folder / "OCR.yaml")]
        + ["--host", "127.0.0.1", "--port", str(port)],
        env={**os.environ, "PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK": "True"},
        preexec_fn=tie_to(os.getpid(), signal.SIGKILL),
    )
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + _START_SECONDS
    while not _answers(url):
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("PaddleX's server did not come up")
        time.sleep(0.2)
    return url


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url + "/health", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _post(url: str, body: dict) -> dict:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=600) as answer:
        return json.load(answer)
