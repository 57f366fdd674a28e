"""Lines read by Tesseract's LSTM recogniser.

This is the only file that imports tesserocr, which takes 30 MB on disk. Tesseract's own page analysis is not used: the
lines come from PP-OCR's detector.
"""

import logging
import re
import unicodedata
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..arrays import Pixels
from .interface import LineText, WordReading
from .language_data import LanguageData

logger = logging.getLogger(__name__)

#: Dotted circles stand for a missing base letter; the others control the direction of text, which is in logical order.
_NOT_TEXT = re.compile("[\u25cc\u200e\u200f\u202a-\u202e\u2066-\u2069]")
#: Fonts of Indian scripts need no joiner at the end of a word, and texts rarely have one.
_FINAL_JOINER = re.compile(r"\u200c+(?!\w)")
_CERTAIN = 0.92  # confidence of a line that is not read again
_MARGIN = 8  # pixels around a line whose text Tesseract has to find
_MAX_HEIGHT = 64  # pixels; the network scales lines to 36 or 48


class TesseractReader:
    """Reads lines with one language's data, in up to ``threads`` threads at once. Not thread-safe."""

    def __init__(self, data: LanguageData, threads: int = 1) -> None:
        """Load the data. Raises OSError if Tesseract cannot."""
        self._data = data
        self._apis = [_load(data)]
        self._threads = threads

    def read(self, lines: Sequence[Pixels], words: bool) -> list[LineText]:
        """Return the text of each line: arrays (h, w, 3) uint8 BGR, text horizontal."""
        threads = min(self._threads, len(lines))
        while len(self._apis) < threads:
            self._apis.append(_load(self._data))
        if threads <= 1:
            return [_read(self._apis[0], line, words) for line in lines]
        readings: dict[int, LineText] = {}
        pending = deque(sorted(range(len(lines)), key=lambda index: -lines[index].size))

        def work(api: Any) -> None:
            for index in _drain(pending):
                readings[index] = _read(api, lines[index], words)

        with ThreadPoolExecutor(threads, "tesseract") as pool:
            try:
                for future in [pool.submit(work, api) for api in self._apis[:threads]]:
                    future.result()
            finally:  # if one thread fails, or a time limit interrupts this thread, the others stop
                pending.clear()
        return [readings[index] for index in range(len(lines))]


def page_api(folder: Path, name: str) -> Any:
    """Return tesserocr's interface to Tesseract with its own page analysis, for comparisons."""
    import tesserocr

    return tesserocr.PyTessBaseAPI(path=f"{folder}/", lang=name, psm=tesserocr.PSM.AUTO, oem=tesserocr.OEM.LSTM_ONLY)


def _load(data: LanguageData) -> Any:
    import tesserocr

    try:
        return tesserocr.PyTessBaseAPI(
            path=f"{data.folder}/", lang=data.name, psm=tesserocr.PSM.RAW_LINE, oem=tesserocr.OEM.LSTM_ONLY
        )
    except RuntimeError as error:
        raise OSError(f"{data.name}: {error}") from error


def _read(api: Any, line: Pixels, words: bool) -> LineText:
    """Return the more confident one of two readings: of the whole picture, and of the text that Tesseract finds in it.

    The second one is tried only if the first one is not certain.
    """
    import cv2
    from tesserocr import PSM

    if not line.size:
        return LineText("", 0.0)
    grey = cv2.cvtColor(np.ascontiguousarray(line), cv2.COLOR_BGR2GRAY)
    if grey.shape[0] > _MAX_HEIGHT:
        width = max(1, round(grey.shape[1] * _MAX_HEIGHT / grey.shape[0]))
        grey = cv2.resize(grey, (width, _MAX_HEIGHT), interpolation=cv2.INTER_AREA)
    first = _read_once(api, np.asarray(grey, np.uint8), PSM.RAW_LINE, 0, words)
    if first.confidence >= _CERTAIN:
        return first
    second = _read_once(api, np.asarray(grey, np.uint8), PSM.SINGLE_LINE, _MARGIN, words)
    return second if second.confidence > first.confidence else first


def _read_once(api: Any, grey: Pixels, mode: int, margin: int, words: bool) -> LineText:
    """grey: (h, w). mode: Tesseract's page segmentation mode. margin: pixels that are added around the line."""
    import cv2

    width = grey.shape[1]
    if margin:
        grey = np.asarray(cv2.copyMakeBorder(grey, margin, margin, margin, margin, cv2.BORDER_REPLICATE), np.uint8)
    api.SetPageSegMode(mode)
    api.SetImageBytes(np.ascontiguousarray(grey).tobytes(), grey.shape[1], grey.shape[0], 1, grey.shape[1])
    text = _clean(api.GetUTF8Text())
    if not text:
        return LineText("", 0.0)
    confidence = min(1.0, max(0.0, api.MeanTextConf() / 100))
    return LineText(text, confidence, in_logical_order(tuple(_words(api, margin, width)), text) if words else ())


def in_logical_order(words: tuple[WordReading, ...], text: str) -> tuple[WordReading, ...]:
    """Return the words of a line with their characters and themselves in the order of the line's text.

    In lines that run from right to left, Tesseract returns the characters of words from left to right.
    """
    expected = text.split()
    if len(expected) != len(words):  # there are no spaces between words of Thai
        return words
    for order in (words, words[::-1]):
        if all(sorted(word.text) == sorted(one) for word, one in zip(order, expected, strict=True)):
            return tuple(replace(word, text=one) for word, one in zip(order, expected, strict=True))
    return words


def _words(api: Any, margin: int, width: int) -> Iterator[WordReading]:
    """Yield the words of the recognised line."""
    from tesserocr import RIL, iterate_level

    for item in iterate_level(api.GetIterator(), RIL.WORD):
        text, box = _clean(item.GetUTF8Text(RIL.WORD)), item.BoundingBox(RIL.WORD)
        if text and box:
            start, end = (min(1.0, max(0.0, (x - margin) / width)) for x in (box[0], box[2]))
            yield WordReading(text, item.Confidence(RIL.WORD) / 100, start, end)


def _clean(text: str) -> str:
    """Return the text of one line in Unicode NFC, with single spaces."""
    text = _FINAL_JOINER.sub("", _NOT_TEXT.sub("", text))
    return " ".join(unicodedata.normalize("NFC", text).split())


def _drain(queue: deque[int]) -> Iterator[int]:
    """Pop items until the queue is empty. Several threads may drain the same queue."""
    while True:
        try:
            yield queue.popleft()
        except IndexError:
            return
