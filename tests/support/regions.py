"""Draws PDF pages whose text is partly outside the text layer: outlines, inline images, patterns, stamps."""

from collections.abc import Callable, Sequence
from io import BytesIO

import pymupdf
from PIL import Image, ImageDraw, ImageFont

from tests.support.pdfs import A4

Draw = Callable[[pymupdf.Page], object]


def outlines(draw: Draw, size: tuple[float, float] = A4) -> pymupdf.Document:
    """A PDF of one page without a text layer: each letter that `draw` writes is a filled path."""
    with pymupdf.open() as written:
        page = written.new_page(width=size[0], height=size[1])
        draw(page)
        svg = page.get_svg_image(text_as_path=True)
    with pymupdf.open(stream=svg.encode(), filetype="svg") as drawing:
        return pymupdf.open(stream=drawing.convert_to_pdf(), filetype="pdf")


def add_outlines(page: pymupdf.Page, draw: Draw) -> None:
    """Draw the letters that `draw` writes as outlines on the page."""
    with outlines(draw, (page.mediabox.width, page.mediabox.height)) as drawing:
        page.show_pdf_page(page.mediabox, drawing, 0)


def letters(*lines: str, **style: object) -> bytes:
    """A PNG with lines of print, see `letter_image`."""
    return png(letter_image(*lines, **style))


def letter_image(
    *lines: str, size: int = 40, ink: str = "black", ground: str = "white", margin: int = 20
) -> Image.Image:
    """Lines of print, cropped to the text and a margin (pixels). size: of the font, in pixels."""
    font = ImageFont.load_default(size)
    width = max(int(font.getlength(line)) for line in lines) + 2 * margin
    image = Image.new("RGB", (width, int(1.4 * size * len(lines)) + 2 * margin), ground)
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        draw.text((margin, margin + int(1.4 * size * row)), line, ink, font)
    return image


def png(image: Image.Image) -> bytes:
    stream = BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def add_inline_image(page: pymupdf.Page, picture: bytes, box: Sequence[float]) -> None:
    """Draw a picture as an inline image, which has no number in the file. box: points from the top left."""
    image = Image.open(BytesIO(picture)).convert("L")
    x0, y0, x1, y1 = box
    place = f"q {x1 - x0} 0 0 {y1 - y0} {x0} {page.mediabox.height - y1} cm "
    header = f"BI /W {image.width} /H {image.height} /BPC 8 /CS /G /F /AHx ID "
    append(page, (place + header + image.tobytes().hex() + "> EI Q").encode())


def append(page: pymupdf.Page, content: bytes) -> None:
    """Append operators to the content of a page."""
    document = page.parent
    page.wrap_contents()
    xref = document.get_new_xref()
    document.update_object(xref, "<<>>")
    document.update_stream(xref, content)
    known = " ".join(f"{number} 0 R" for number in [*page.get_contents(), xref])
    document.xref_set_key(page.xref, "Contents", f"[{known}]")


def add_pattern(page: pymupdf.Page, picture: bytes, box: Sequence[float]) -> None:
    """Fill a box with a tiling pattern of one tile that shows a picture."""
    document = page.parent
    page.insert_image((-300, -300, -299, -299), stream=picture)
    image = page.get_images()[-1][0]
    x0, y0, x1, y1 = box
    width, height = x1 - x0, y1 - y0
    bottom = page.mediabox.height - y1
    tile = document.get_new_xref()
    document.update_object(
        tile,
        f"<</Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 {width} {height}]/XStep {width}"
        f"/YStep {height}/Matrix[1 0 0 1 {x0} {bottom}]/Resources<</XObject<</Tile {image} 0 R>>>>>>",
    )
    document.update_stream(tile, f"q {width} 0 0 {height} 0 0 cm /Tile Do Q".encode())
    kind, resources = document.xref_get_key(page.xref, "Resources")
    if kind == "xref":
        document.xref_set_key(int(resources.split()[0]), "Pattern", f"<</Tiles {tile} 0 R>>")
    else:
        document.xref_set_key(page.xref, "Resources/Pattern", f"<</Tiles {tile} 0 R>>")
    append(page, f"q /Pattern cs /Tiles scn {x0} {bottom} {width} {height} re f Q".encode())


def add_stamp(page: pymupdf.Page, picture: bytes, box: Sequence[float]) -> None:
    """Add a stamp annotation whose appearance is a picture."""
    page.add_stamp_annot(pymupdf.Rect(box), stamp=picture)


def add_form(page: pymupdf.Page, picture: bytes, box: Sequence[float], depth: int = 2) -> None:
    """Show a picture inside forms that are inside each other."""
    width, height = box[2] - box[0], box[3] - box[1]
    inner = pymupdf.open()
    inner.new_page(width=width, height=height).insert_image(
        (0, 0, width, height), stream=picture, keep_proportion=False
    )
    for _ in range(depth - 1):
        outer = pymupdf.open()
        outer.new_page(width=width, height=height).show_pdf_page(pymupdf.Rect(0, 0, width, height), inner, 0)
        inner = outer
    page.show_pdf_page(pymupdf.Rect(box), inner, 0)


def letter_path(draw: Draw, height: float = A4[1]) -> bytes:
    """The outlines of the letters that `draw` writes as one path: operators in points from the bottom left."""
    with outlines(draw, (A4[0], height)) as drawing:
        tokens = drawing[0].read_contents().split()
    matrix, numbers, path = pymupdf.Matrix(1, 0, 0, 1, 0, 0), [], []
    for token in tokens:
        if token == b"cm":
            matrix = pymupdf.Matrix(*numbers) * matrix
        elif token in (b"m", b"l", b"c", b"h"):
            points = [pymupdf.Point(*numbers[at : at + 2]) * matrix for at in range(0, len(numbers), 2)]
            path.append(" ".join(f"{point.x:.3f} {point.y:.3f}" for point in points) + f" {token.decode()}")
        elif token[:1] in b"-.0123456789":
            numbers.append(float(token))
            continue
        numbers = []
    return "\n".join(path).encode()


def add_cut_image(page: pymupdf.Page, picture: bytes, box: Sequence[float], *clips: bytes) -> None:
    """Draw a picture in a box (points from the top left) once for each clip: operators that set it."""
    page.insert_image((-300, -300, -299, -299), stream=picture)
    name = page.get_images()[-1][7]
    x0, y0, x1, y1 = box
    place = f" {x1 - x0} 0 0 {y1 - y0} {x0} {page.mediabox.height - y1} cm /{name} Do Q ".encode()
    append(page, b"".join(b"q " + clip + place for clip in clips))
