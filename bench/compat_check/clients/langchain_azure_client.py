"""LangChain's loader for Azure Document Intelligence, in each of its modes."""

from azure.core.exceptions import ClientAuthenticationError, HttpResponseError
from checks import Scene, fails, run, same_words
from langchain_community.document_loaders import AzureAIDocumentIntelligenceLoader


def loaded(scene: Scene, name, mode="single", url="", key="", **options):
    loader = AzureAIDocumentIntelligenceLoader(
        api_endpoint=url or scene.url,
        api_key=key or scene.key,
        file_path=str(scene.path(name)),
        mode=mode,
        **options,
    )
    if url:  # otherwise the client repeats the request for minutes
        loader.parser.client._config.retry_policy.total_retries = 0
    return loader.load()


def text(scene):
    (document,) = loaded(scene, "picture")
    assert document.page_content == scene.text("picture")
    assert document.metadata["modelId"] == "prebuilt-layout"


def markdown(scene):
    (document,) = loaded(scene, "picture", "markdown")
    same_words(document.page_content, scene.text("picture"))
    assert "|" in document.page_content


def two_pages(scene):
    first, second = loaded(scene, "two_pages", "page")
    assert (first.metadata["page"], second.metadata["page"]) == (1, 2)
    for document, own in zip((first, second), scene.pages("two_pages"), strict=True):
        assert document.page_content == " ".join(line["text"] for line in own["lines"])


def rotated(scene):
    (document,) = loaded(scene, "rotated")
    same_words(document.page_content, scene.text("rotated"))


def option(scene):
    loaded(scene, "picture", analysis_features=["ocrHighResolution"])
    fails(HttpResponseError, lambda: loaded(scene, "picture", analysis_features=["keyValuePairs"]), "is not available")


def key(scene):
    fails(ClientAuthenticationError, lambda: loaded(scene, "picture", key="wrong"), "API key is missing or unknown")


def broken(scene):
    fails(HttpResponseError, lambda: loaded(scene, "broken"), "damaged")


def queue(scene):
    fails(HttpResponseError, lambda: loaded(scene, "picture", url=scene.full_url), "queue is full")


run({check.__name__: check for check in (text, markdown, two_pages, rotated, option, key, broken, queue)})
