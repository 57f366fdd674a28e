"""Download an official model with PaddleX. Nothing else in this package uses the network."""

import logging
import os

from .catalogue import Catalogue
from .environment import prepare_paddlex
from .errors import EngineError
from .official_models import OFFICIAL_MODELS


class InstallFailed(EngineError):
    """The model could not be downloaded. The message names an alternative."""

    code = "install_failed"


def install(name: str, runtime: str = "auto", cache_dir: str | os.PathLike[str] | None = None) -> str:
    """Download a model in the format of ``runtime``. Return a message for the user.

    Raises InstallFailed, within seconds if no model hub can be reached, and RuntimeNotAvailable.
    """
    if name not in OFFICIAL_MODELS:
        raise InstallFailed(f"Unknown model {name!r}. The official models are: {', '.join(OFFICIAL_MODELS)}.")
    catalogue = Catalogue(runtime=runtime, cache_dir=cache_dir)
    if name in catalogue.installed():
        return f"{name} is already installed ({catalogue.format} format)."
    prepare_paddlex(catalogue.cache_dir, check_hubs=True)
    from paddlex.inference.utils.official_models import official_models

    logging.disable(logging.CRITICAL)  # the clients of the hubs log every attempt; the error below is enough
    try:
        folder = official_models.get_model_path(name, model_formats=(catalogue.format,))
    except Exception as error:  # PaddleX raises plain Exception, the clients of the hubs raise errors of any type
        raise InstallFailed(
            f"{name} could not be downloaded: no model hub could be reached, or none of them has the model in "
            f"{catalogue.format} format. Connect to the internet and try again, or copy the model folder "
            f"(inference.yml and its weights) from another machine to OCR_MODEL_DIR/{name}."
        ) from error
    finally:
        logging.disable(logging.NOTSET)
    return f"{name} is installed in {folder}."
