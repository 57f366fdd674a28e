"""A short form of `make attack`: the service survives, nothing is lost, and every bomb has a clear end.

Response times are checked by `make attack` only: they need a quiet machine. Decoding and rendering are real, as the
danger lies there. The pixels go to the null engine.
"""

import pytest

from stress.attack.pdf_bombs import PDF_BOMBS
from stress.attack.picture_bombs import PICTURE_BOMBS
from stress.attack.runs import BOMBS, Attack, attack
from stress.attack.slow_clients import SLOWNESS
from stress.report import Report

pytestmark = pytest.mark.serial

CHOSEN = (
    "34,000 fills",
    "shading function",
    "JBIG2 60,000 x 60,000",
    "object stream of 400 MB",
    "two billion pages claimed",
    "crop box 1e9 points",
    "PNG of 1 x 100,000,000",
    "WebP of 10,000 x 10,000, 34 bytes",
    "TIFF that loops",
    "GIF of 65,535 x 65,535",
    "BMP header of 2 billion",
    "JPEG header of 65,500 x 65,500",
)


def test_an_attack_ends_in_clear_errors_and_harms_no_honest_client(tmp_path):
    report = Report("attack")
    plan = Attack(
        bombs={name: BOMBS[name] for name in CHOSEN},
        slowness=[kind for kind in SLOWNESS if kind.name != "idle connections"],
        batches={50: "127.0.21.1"},
        bombers=3,
        seconds=10,
        ends_within=120,
        receipt_interval=2,
        timed=False,
        settings={"OCR_TIMEOUT_PER_PAGE": 5, "OCR_RUNTIME": "null"},
        reads=False,
    )
    attack(plan, report)
    assert report.failures == []


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_small(name):
    assert len(BOMBS[name]()) < 11_000_000


def test_there_are_bombs_of_both_kinds():
    assert len(PDF_BOMBS) >= 20 and len(PICTURE_BOMBS) >= 20
