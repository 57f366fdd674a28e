"""A client of PaddleX's server as its documentation describes it: base64 in JSON, and the fields of the result."""

import base64

import requests
from checks import Scene, close, fails, rectangle, run, same_words

TIMEOUT = 120


def post(scene: Scene, name, pipeline="ocr", key="", url="", **options):
    path = scene.path(name)
    payload = {
        "file": base64.b64encode(path.read_bytes()).decode("ascii"),
        "fileType": 0 if path.suffix == ".pdf" else 1,
        **options,
    }
    headers = {"Authorization": f"token {key or scene.key}"}
    address = f"{url or scene.url}/paddlex/{pipeline}"
    response = requests.post(address, json=payload, headers=headers, timeout=TIMEOUT)
    if response.status_code != 200:
        raise RuntimeError(f"{response.status_code} {response.json()['errorMsg']}")
    assert response.json()["errorCode"] == 0
    return response.json()["result"]


def lines(result):
    return "\n".join(text for page in result["ocrResults"] for text in page["prunedResult"]["rec_texts"])


def markdown(result):
    return "\n".join(page["markdown"]["text"] for page in result["layoutParsingResults"])


def text(scene):
    result = post(scene, "picture")
    assert lines(result).split("\n") == [line["text"] for line in scene.pages("picture")[0]["lines"]]
    assert all(base64.b64decode(page["ocrImage"]) for page in result["ocrResults"])
    same_words(markdown(post(scene, "picture", "layout-parsing")), scene.text("picture"))


def boxes(scene):
    """In pixels of the picture, for lines, words and blocks."""
    (page,) = scene.pages("picture")
    found = post(scene, "picture", returnWordBox=True)["ocrResults"][0]["prunedResult"]
    for number, line in enumerate(page["lines"]):
        close(found["rec_boxes"][number], rectangle(line["bbox"]))
        assert found["text_word"][number] == [word["text"] for word in line["words"]]
        close(found["text_word_boxes"][number][-1], rectangle(line["words"][-1]["bbox"]))
    blocks = post(scene, "picture", "layout-parsing")["layoutParsingResults"][0]["prunedResult"]["parsing_res_list"]
    for block, own in zip(blocks, page["blocks"], strict=True):
        close(block["block_bbox"], rectangle(own["bbox"]))


def two_pages(scene):
    """Positions on PDFs are at 144 dpi."""
    result = post(scene, "two_pages", "layout-parsing")
    same_words(markdown(result), scene.text("two_pages"))
    assert result["dataInfo"]["pages"] == [{"width": 1190, "height": 1684}] * 2
    scale = 144 / scene.result("two_pages")["processing_dpi"]
    for found, page in zip(result["layoutParsingResults"], scene.pages("two_pages"), strict=True):
        own = [edge * scale for edge in rectangle(page["lines"][0]["bbox"])]
        close(found["prunedResult"]["overall_ocr_res"]["rec_boxes"][0], own)


def rotated(scene):
    (page,) = scene.pages("rotated")
    turned = post(scene, "rotated", visualize=False)
    same_words(lines(turned), scene.text("rotated"))
    close(turned["ocrResults"][0]["prunedResult"]["rec_boxes"][0], rectangle(page["lines"][0]["bbox"]))
    as_in_file = post(scene, "rotated", visualize=False, useDocOrientationClassify=False)
    left, top, right, bottom = as_in_file["ocrResults"][0]["prunedResult"]["rec_boxes"][0]
    assert right - left < bottom - top and lines(as_in_file) == lines(turned)


def option(scene):
    same_words(lines(post(scene, "picture", useDocUnwarping=True, unknownOption=3)), scene.text("picture"))


def key(scene):
    fails(RuntimeError, lambda: post(scene, "picture", key="wrong"), "401 The API key")


def broken(scene):
    fails(RuntimeError, lambda: post(scene, "broken"), "damaged")


def queue(scene):
    fails(RuntimeError, lambda: post(scene, "picture", url=scene.full_url), "503 ")


run({check.__name__: check for check in (text, boxes, two_pages, rotated, option, key, broken, queue)})
