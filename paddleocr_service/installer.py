"""Fetch an official model with PaddleX's own download, when a person asks: nothing else here uses the network."""

from __future__ import annotations

import logging
import os

from .catalogue import Catalogue
from .environment import prepare_paddlex
from .errors import EngineError
from .official_models import OFFICIAL_MODELS


class InstallFailed(EngineError):
    """The model could not be fetched; the message says what to do instead."""

    code = "install_failed"


def install(name: str, runtime: str = "auto", cache_dir: str | os.PathLike[str] | None = None) -> str:
    """Fetch the model in the format that ``runtime`` reads; returns a sentence on what was done.

    Raises InstallFailed in words that a person can act on, within seconds where no model hub can be reached;
    RuntimeNotAvailable.
    """
    if name not in OFFICIAL_MODELS:
        raise InstallFailed(f"There is no official model {name!r}. The names are: {', '.join(OFFICIAL_MODELS)}.")
    catalogue = Catalogue(runtime=runtime, cache_dir=cache_dir)
    if name in catalogue.installed():
        return f"{name} is installed already ({catalogue.format} format)."
    prepare_paddlex(catalogue.cache_dir, look_for_hubs=True)
    from paddlex.inference.utils.official_models import official_models

    logging.disable(logging.CRITICAL)  # the hubs' clients tell all they try; the sentence below is enough
    try:
        folder = official_models.get_model_path(name, model_formats=(catalogue.format,))
    except Exception as error:  # PaddleX raises bare Exception, its hubs' clients whatever they like
        raise InstallFailed(
            f"{name} could not be downloaded: no model hub could be reached, or none of them has it in "
            f"{catalogue.format} format. Try again with a connection to the internet, or copy the model's folder "
            f"(inference.yml and its weights) from another machine to OCR_MODEL_DIR/{name}."
        ) from error
    finally:
        logging.disable(logging.NOTSET)
    return f"{name} is installed in {folder}."
