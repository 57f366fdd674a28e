"""The remote parser of Paperless-ngx with its settings: the only remote engine that it has.

Its file is unchanged. The rest of Paperless-ngx, of which it needs an error class and a version, is replaced.
"""

import sys
import tempfile
from pathlib import Path
from types import ModuleType

from checks import Scene, fails, run, same_words
from django.conf import settings


class ParseError(Exception):
    """As in Paperless-ngx: the document is not consumed."""


def replace(name, **names):
    module = sys.modules[name] = ModuleType(name)
    module.__dict__.update(names)


replace("documents")
replace("documents.parsers", ParseError=ParseError)
replace("paperless")
replace("paperless.version", __full_version_str__="0")
settings.configure(
    SCRATCH_DIR=Path(tempfile.mkdtemp()),
    REMOTE_OCR_ENGINE="azureai",
    REMOTE_OCR_API_KEY="",
    REMOTE_OCR_ENDPOINT="",
)

from remote import RemoteDocumentParser  # noqa: E402  # it reads the settings

TYPES = {".png": "image/png", ".pdf": "application/pdf"}


def parsed(scene: Scene, name, url="", key=""):
    """The text, and the text of the archived PDF's bytes."""
    settings.REMOTE_OCR_API_KEY, settings.REMOTE_OCR_ENDPOINT = key or scene.key, url or scene.url
    path = scene.path(name)
    assert RemoteDocumentParser.score(TYPES[path.suffix], path.name) == 20
    with RemoteDocumentParser() as parser:
        parser.parse(path, TYPES[path.suffix])
        return parser.get_text(), parser.get_archive_path().read_bytes()


def text(scene):
    found, archive = parsed(scene, "picture")
    assert found == scene.text("picture") and archive.startswith(b"%PDF")


def two_pages(scene):
    found, archive = parsed(scene, "two_pages")
    assert found == scene.text("two_pages") and archive.startswith(b"%PDF")


def rotated(scene):
    found, archive = parsed(scene, "rotated")
    same_words(found, scene.text("rotated"))
    assert archive.startswith(b"%PDF")


def key(scene):
    fails(ParseError, lambda: parsed(scene, "picture", key="wrong"), "API key is missing or unknown")


def broken(scene):
    fails(ParseError, lambda: parsed(scene, "broken"), "damaged")


def queue(scene):
    """Azure's client repeats the request, for as long as the service asks it to."""
    from azure.core.pipeline.policies import RetryPolicy

    RetryPolicy.sleep = lambda *_, **__: None
    fails(ParseError, lambda: parsed(scene, "picture", url=scene.full_url), "queue is full")


run({check.__name__: check for check in (text, two_pages, rotated, key, broken, queue)})
