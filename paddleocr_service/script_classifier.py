"""The scripts that a line picture may be in, by a small linear classifier. It takes a few milliseconds for a line.

Of drawn lines with blur and noise, most of them a few words, it is right for 69 %; the right script is among its five
most probable ones for 90 %. So several lines are judged together, and recognisers decide (``recognisers/several.py``).

The features are those of Coates, Lee and Ng (2011, "An Analysis of Single-Layer Networks in Unsupervised Feature
Learning"): similarities of whitened 8 x 8 patches to the centres of a k-means clustering, averaged over the upper,
middle and lower part of the line. ``bench/script_classifier.py`` trains it and measures it.
"""

from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from .arrays import Pixels

Floats = NDArray[np.float32]

HEIGHT = 32  # pixels to which a line is scaled
_MAX_WIDTH = 512  # of the scaled line: more of it adds little
_PATCH, _STEP = 8, 4
_MIN_CONTRAST = 0.1  # of a patch that is not background: standard deviation, with ink between 0 and 1
_ARRAYS = ("whitening", "mean", "centres", "weights")  # of the file
_ZONES = ((0, 3), (2, 5), (4, 7))  # rows of patches


class ScriptClassifier:
    """``scripts``: the classes, named as in ``scripts.py``. Lines without letters are in the class of Latin."""

    def __init__(self, whitening: Floats, mean: Floats, centres: Floats, weights: Floats, scripts: list[str]) -> None:
        """whitening: (64, d). mean: (64,). centres: (k, d). weights: (3 k + 1, classes), the last row is the bias."""
        self._whitening, self._mean, self._centres, self._weights = whitening, mean, centres, weights
        self.scripts = scripts

    def probabilities(self, line: Pixels) -> dict[str, float]:
        """Return the probability of each script for a line (h, w, 3), text horizontal."""
        features = features_of(line, self._mean, self._whitening, self._centres)
        scores = np.append(features, np.float32(1)) @ self._weights
        odds = np.exp(scores - scores.max())
        return dict(zip(self.scripts, (odds / odds.sum()).tolist(), strict=True))


@cache
def load_classifier() -> ScriptClassifier:
    """Return the classifier of this package."""
    file = resources.files(__package__) / "script_classifier.npz"
    with file.open("rb") as stream, np.load(stream) as data:
        whitening, mean, centres, weights = (data[name].astype(np.float32) for name in _ARRAYS)
        return ScriptClassifier(whitening, mean, centres, weights, str(data["scripts"]).split())


def patches_of(line: Pixels) -> tuple[Floats, NDArray[np.intp]]:
    """Return the patches of a line (h, w, 3) that show something, (n, 64) with mean 0 and length 1, and their rows."""
    ink = _ink(line)
    windows = np.lib.stride_tricks.sliding_window_view(ink, (_PATCH, _PATCH))[::_STEP, ::_STEP]
    rows = np.repeat(np.arange(windows.shape[0]), windows.shape[1])
    patches = windows.reshape(-1, _PATCH * _PATCH)
    patches = patches - patches.mean(1, keepdims=True)
    contrast = np.sqrt((patches**2).mean(1))
    seen = contrast > _MIN_CONTRAST
    return np.asarray(patches[seen] / (contrast[seen, None] * _PATCH), np.float32), rows[seen]


def features_of(line: Pixels, mean: Floats, whitening: Floats, centres: Floats) -> Floats:
    """Return the features of a line (h, w, 3): 3 k values. See the class for the arrays."""
    patches, rows = patches_of(line)
    features = np.zeros((len(_ZONES), len(centres)), np.float32)
    if len(patches):
        white = (patches - mean) @ whitening
        squares = (white**2).sum(1, keepdims=True) - 2 * (white @ centres.T) + (centres**2).sum(1)
        distances = np.sqrt(np.maximum(squares, 0))
        similar = np.maximum(distances.mean(1, keepdims=True) - distances, 0)
        for zone, (first, end) in enumerate(_ZONES):
            inside = (rows >= first) & (rows < end)
            if inside.any():
                features[zone] = similar[inside].mean(0)
    return np.sqrt(features).ravel()


def _ink(line: Pixels) -> Floats:
    """Return a line (h, w, 3) as (32, w'): 0 is the background, 1 the strongest ink. Light text is as dark text."""
    import cv2

    grey = cv2.cvtColor(np.ascontiguousarray(line), cv2.COLOR_BGR2GRAY)
    width = min(_MAX_WIDTH, max(_PATCH, round(grey.shape[1] * HEIGHT / grey.shape[0])))
    used = min(grey.shape[1], max(1, round(width * grey.shape[0] / HEIGHT)))
    scaled = cv2.resize(grey[:, :used], (width, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.float32)
    ink = np.abs(scaled - np.median(scaled))
    return np.asarray(ink / max(float(np.percentile(ink, 99)), 24.0), np.float32).clip(0, 1)
