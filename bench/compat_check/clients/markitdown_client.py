"""markitdown with `docintel_endpoint`. It sends options that change nothing here."""

from azure.core.credentials import AzureKeyCredential
from checks import Scene, fails, run, same_words
from markitdown import FileConversionException, MarkItDown
from markitdown.converters import DocumentIntelligenceConverter


def converted(scene: Scene, name, url="", key=""):
    made = MarkItDown(docintel_endpoint=url or scene.url, docintel_credential=AzureKeyCredential(key or scene.key))
    # What it would do with a PDF if the service did not answer. A failure has to be visible here.
    made._converters = [each for each in made._converters if isinstance(each.converter, DocumentIntelligenceConverter)]
    if url:  # otherwise the client repeats the request for minutes
        made._converters[0].converter.doc_intel_client._config.retry_policy.total_retries = 0
    return made.convert(str(scene.path(name))).text_content


def text(scene):
    same_words(converted(scene, "picture"), scene.text("picture"))


def two_pages(scene):
    same_words(converted(scene, "two_pages"), scene.text("two_pages"))


def rotated(scene):
    same_words(converted(scene, "rotated"), scene.text("rotated"))


def option(scene):
    """An older version of the interface."""
    credential = AzureKeyCredential(scene.key)
    made = MarkItDown(
        docintel_endpoint=scene.url, docintel_credential=credential, docintel_api_version="2024-07-31-preview"
    )
    same_words(made.convert(str(scene.path("picture"))).text_content, scene.text("picture"))


def key(scene):
    fails(FileConversionException, lambda: converted(scene, "picture", key="wrong"), "API key is missing or unknown")


def broken(scene):
    fails(FileConversionException, lambda: converted(scene, "broken"), "damaged")


def queue(scene):
    fails(FileConversionException, lambda: converted(scene, "picture", url=scene.full_url), "queue is full")


run({check.__name__: check for check in (text, two_pages, rotated, option, key, broken, queue)})
