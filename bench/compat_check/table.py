"""The clients that are tried. To add one, write a script in `clients/` and add it here."""

from __future__ import annotations

from dataclasses import dataclass

OPEN_WEBUI = "open-webui==0.12.4"
OCRSPACE = ("ocrspace==2.3.0", "requests==2.32.5")


@dataclass(frozen=True, slots=True)
class Client:
    """environment: name of the virtual environment, which clients with the same packages share.

    script: in `clients/`. argument: for the script. fetched: a package of which only some files are needed, and the
    folder of these files in it. They come from its wheel, without the packages that it requires. source: repository,
    commit and path of a file on GitHub, for what is in no package.
    """

    name: str
    environment: str
    requirements: tuple[str, ...]
    script: str
    argument: str = ""
    fetched: tuple[str, str] = ("", "")
    source: tuple[str, ...] = ()


def _open_webui(engine: str) -> Client:
    return Client(
        name=f"{OPEN_WEBUI} ({engine})",
        environment="openwebui",
        requirements=("langchain-core==1.2.7", "requests==2.32.5", "ftfy==6.3.1"),
        script="openwebui_client.py",
        argument=engine,
        fetched=(OPEN_WEBUI, "open_webui/retrieval/loaders/"),
    )


def _mistral(version: str) -> Client:
    return Client(f"mistralai {version}", f"mistral-{version}", (f"mistralai=={version}",), "mistral_client.py")


AZURE = "azure-ai-documentintelligence==1.0.2"
AZURE_READ = "azure-cognitiveservices-vision-computervision==0.9.1"
PAPERLESS = (
    "paperless-ngx/paperless-ngx",
    "08a2f73184da548ed4e2e33bde1a24c24841b230",
    "src/paperless/parsers/remote.py",
)

CLIENTS = (
    Client(AZURE, "azure", (AZURE, "wcwidth==0.9.4"), "azure_document_client.py"),
    Client(AZURE_READ, "azure-read", (AZURE_READ,), "azure_read_client.py"),
    Client(
        "langchain-community 0.4.2 (Azure)",
        "langchain-azure",
        ("langchain-community==0.4.2", AZURE),
        "langchain_azure_client.py",
    ),
    Client("markitdown 0.1.9", "markitdown", ("markitdown[az-doc-intel]==0.1.9",), "markitdown_client.py"),
    Client("Paperless-ngx 08a2f73", "paperless", (AZURE, "django==5.2.8"), "paperless_client.py", source=PAPERLESS),
    Client("langchain-docling 3.0.0", "docling", ("langchain-docling==3.0.0",), "docling_client.py"),
    _mistral("1.9.11"),
    _mistral("3.7.0"),
    Client("PaddleX client of its docs", "paddlex", ("requests==2.32.5",), "paddlex_client.py"),
    *(_open_webui(engine) for engine in ("docling", "mistral", "paddleocr", "external", "tika")),
    Client("tika 3.3.2", "tika", ("tika==3.3.2",), "tika_client.py"),
    Client("ocrspace 2.3.0", "ocrspace", OCRSPACE, "ocrspace_client.py"),
    Client("ocr-space-api-wrapper 2.4.9 (Node)", "ocrspace", OCRSPACE, "ocrspace_node_client.py"),
    Client("boto3 1.44.8 (Textract)", "boto3", ("boto3==1.44.8",), "textract_client.py"),
)
