"""A wrapper of ocr.space for Node. npm installs it beside the virtual environment."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from checks import Scene, fails, run

PACKAGE = "ocr-space-api-wrapper@2.4.9"
HOME = Path(sys.prefix) / "node"
PROGRAM = """
const { ocrSpace } = require("ocr-space-api-wrapper");
const [path, options] = process.argv.slice(1);
console.error = () => {};
ocrSpace(path, JSON.parse(options)).then(
  (data) => console.log(JSON.stringify(data)),
  (error) => console.log(JSON.stringify({ error: error.message, data: error.response && error.response.data })),
);
"""


def install():
    if not (HOME / "node_modules").exists():
        HOME.mkdir(exist_ok=True)
        (HOME / "package.json").write_text("{}")
        command = ["npm", "install", "--no-audit", "--no-fund", "--silent", PACKAGE]
        subprocess.run(command, cwd=HOME, check=True, stdout=subprocess.DEVNULL)


def call(scene: Scene, name, key="", url="", **options):
    """The result. Raises RuntimeError where the wrapper throws an error, or for a result that is one."""
    given = {"apiKey": key or scene.key, "ocrUrl": f"{url or scene.url}/ocrspace/parse/image", **options}
    command = ["node", "-e", PROGRAM, str(scene.path(name)), json.dumps(given)]
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=True)
    data = json.loads(done.stdout)
    if "error" in data or data["IsErroredOnProcessing"]:
        raise RuntimeError(json.dumps(data))
    return data


def text(scene):
    install()
    data = call(scene, "picture", isOverlayRequired=True)
    assert data["ParsedResults"][0]["ParsedText"] == scene.text("picture")
    assert data["ParsedResults"][0]["TextOverlay"]["HasOverlay"]


def two_pages(scene):
    data = call(scene, "two_pages", isCreateSearchablePdf=True, OCREngine=2)
    assert [page["ParsedText"] for page in data["ParsedResults"]] == [page["text"] for page in scene.pages("two_pages")]
    assert ".pdf" in data["SearchablePDFURL"]


def rotated(scene):
    assert call(scene, "rotated")["ParsedResults"][0]["ParsedText"] == scene.text("rotated")


def option(scene):
    data = call(scene, "picture", filetype="PNG", scale=True, isTable=False)
    assert data["ParsedResults"][0]["ParsedText"] == scene.text("picture")
    fails(RuntimeError, lambda: call(scene, "picture", language="tlh"), "(unsupported_language)")


def key(scene):
    fails(RuntimeError, lambda: call(scene, "picture", key="wrong"), "The API key is missing or unknown.")


def broken(scene):
    fails(RuntimeError, lambda: call(scene, "broken"), "(corrupt_file)")


def queue(scene):
    fails(RuntimeError, lambda: call(scene, "picture", url=scene.full_url), "The job queue is full.")


if not shutil.which("npm"):
    sys.exit("Node is not installed.")
run({check.__name__: check for check in (text, two_pages, rotated, option, key, broken, queue)})
