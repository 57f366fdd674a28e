"""PaddleX's server for its OCR pipeline, on the loopback interface. The time is that of the whole request."""

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

_START_TIMEOUT = 120  # seconds


def create(threads: int, detector: list[str], recogniser: list[str], **_unused: object) -> Callable[[dict], str]:
    """detector, recogniser: model name and directory. Raises RuntimeError if the server does not start."""
    url = _start_server(_pipeline_config(threads, detector, recogniser))

    def read(request: dict) -> str:
        content = base64.b64encode(Path(request["path"]).read_bytes()).decode()
        response = _post(url + "/ocr", {"file": content, "fileType": 1, "visualize": False})
        pages = response["result"]["ocrResults"]
        return "\n".join(line for page in pages for line in page["prunedResult"]["rec_texts"])

    return read


def _pipeline_config(threads: int, detector: list[str], recogniser: list[str]) -> dict:
    """Return PaddleX's configuration of the pipeline with these weights, on ONNX Runtime, without auxiliary models."""
    import yaml
    from paddlex.inference.pipelines import get_pipeline_path

    config = yaml.safe_load(Path(get_pipeline_path("OCR")).read_text(encoding="utf-8"))
    config.update(use_doc_preprocessor=False, use_textline_orientation=False, engine="onnxruntime")
    config["engine_config"] = {"intra_op_num_threads": threads}
    modules = config["SubModules"]
    modules["TextDetection"].update(model_name=detector[0], model_dir=detector[1])
    modules["TextRecognition"].update(model_name=recogniser[0], model_dir=recogniser[1])
    return config


def _start_server(config: dict) -> str:
    """Start the server, wait until it is healthy, and return its URL."""
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
    deadline = time.monotonic() + _START_TIMEOUT
    while not _is_healthy(url):
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("PaddleX's server did not start")
        time.sleep(0.2)
    return url


def _is_healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(url + "/health", timeout=2) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _post(url: str, body: dict) -> dict:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=600) as response:
        return json.load(response)
