"""The loaders of Open WebUI, whose files are unchanged. The rest of Open WebUI is replaced: it is a whole application.

The second argument is the engine: docling, mistral, paddleocr, external or tika.
"""

import importlib.abc
import importlib.machinery
import sys
from unittest.mock import MagicMock

from checks import Scene, fails, run, same_words

ENGINE = sys.argv[2]
LOADERS = "open_webui.retrieval.loaders"
#: Modules that the loaders import, and that are not needed to talk to a server.
REPLACED = ("azure", "fastapi", "bs4", "jwt", "open_webui")


class Replacement(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Modules whose every name is a mock, for what cannot be imported."""

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in REPLACED:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec):
        module = MagicMock(name=spec.name)
        module.__path__ = []
        module.GLOBAL_LOG_LEVEL = "ERROR"
        module.ENABLE_FORWARD_USER_INFO_HEADERS = False
        module.AIOHTTP_CLIENT_SESSION_SSL = True
        module.include_user_info_headers = lambda headers, *_: headers
        module.parse_custom_headers = lambda *_, **__: {}
        return module

    def exec_module(self, module):
        pass


sys.meta_path.append(Replacement())


def loader(scene: Scene, name, key="", url=""):
    path, key, url = str(scene.path(name)), key or scene.key, url or scene.url
    media_type = "application/pdf" if path.endswith(".pdf") else "image/png"
    if ENGINE == "docling":
        from open_webui.retrieval.loaders.main import DoclingLoader

        params = {"do_picture_description": "true", "ocr_engine": "easyocr"}
        return DoclingLoader(url, key, path, media_type, params)
    if ENGINE == "mistral":
        from open_webui.retrieval.loaders.mistral import MistralLoader

        return MistralLoader(f"{url}/mistral/v1", key, path, max_retries=1)
    if ENGINE == "tika":
        from open_webui.retrieval.loaders.main import TikaLoader

        return TikaLoader(f"{url.replace('http://', f'http://key:{key}@')}/tika", path, media_type)
    if ENGINE == "paddleocr":
        from open_webui.retrieval.loaders.paddleocr_vl import PaddleOCRVLLoader

        return PaddleOCRVLLoader(f"{url}/paddlex", key, path)
    from open_webui.retrieval.loaders.external_document import ExternalDocumentLoader

    return ExternalDocumentLoader(path, f"{url}/openwebui", key, media_type)


def loaded(scene, name, **changes):
    """The documents. Some loaders return an error as a document."""
    documents = loader(scene, name, **changes).load()
    if any("error" in document.metadata for document in documents):
        raise RuntimeError(documents[0].page_content)
    return documents


def joined(documents):
    return "\n".join(document.page_content for document in documents)


def text(scene):
    same_words(joined(loaded(scene, "picture")), scene.text("picture"))


def two_pages(scene):
    documents = loaded(scene, "two_pages")
    same_words(joined(documents), scene.text("two_pages"))
    if ENGINE == "external":
        assert documents[0].metadata["total_pages"] == 2
    elif ENGINE == "tika":
        assert documents[0].metadata["Content-Type"] == "application/pdf"
    else:
        assert [document.metadata["page"] for document in documents] == [0, 1]


def rotated(scene):
    same_words(joined(loaded(scene, "rotated")), scene.text("rotated"))


def key(scene):
    fails(Exception, lambda: loaded(scene, "picture", key="wrong"), "401", "API key")


def broken(scene):
    fails(Exception, lambda: loaded(scene, "broken"), "422", "damaged")


def queue(scene):
    fails(Exception, lambda: loaded(scene, "picture", url=scene.full_url), "503", "queue")


run({check.__name__: check for check in (text, two_pages, rotated, key, broken, queue)})
