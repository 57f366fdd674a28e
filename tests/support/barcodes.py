"""Pages with a drawn barcode."""

from __future__ import annotations

import numpy as np
import zxingcpp
from PIL import Image, ImageFilter


def drawn(symbology, content, angle=0, module=3.0, blur=0.6):
    """A page (H, W, 3) with a code at an angle in degrees. module: pixels. blur: of the page, in pixels."""
    code = zxingcpp.create_barcode(content, getattr(zxingcpp.BarcodeFormat, symbology))
    large = Image.fromarray(np.array(zxingcpp.write_barcode_to_image(code, scale=8, add_quiet_zones=True)))
    turned = large.convert("L").rotate(angle, expand=True, fillcolor=255, resample=Image.Resampling.BICUBIC)
    size = [round(length * module / 8) for length in turned.size]
    page = Image.new("L", (size[0] + 240, size[1] + 200), 250)
    page.paste(turned.resize(size, Image.Resampling.LANCZOS), (130, 90))
    return np.asarray(page.filter(ImageFilter.GaussianBlur(blur)).convert("RGB"))
