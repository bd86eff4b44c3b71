"""Pages that are pictures, put together as a PDF that holds nothing else, inside the bounded process (`worker`)."""

import io
import zlib
from decimal import Decimal

import pikepdf
from PIL import Image, ImageChops

_JPEG_QUALITY = 85


def plain(image: Image.Image) -> Image.Image:
    """The pixels alone, without what a file said beside them; in grey where there is no colour."""
    grey = image.convert("L")
    coloured = ImageChops.difference(image, grey.convert("RGB")).getbbox() is not None
    kept = image if coloured else grey
    return Image.frombytes(kept.mode, kept.size, kept.tobytes())


def add_page(pdf: pikepdf.Pdf, image: Image.Image, width: Decimal, height: Decimal) -> None:
    """Append a page that is one picture; `width` and `height` are in points."""
    pixels = plain(image)
    packed, filter_ = zlib.compress(pixels.tobytes(), 6), "/FlateDecode"
    as_jpeg = io.BytesIO()
    pixels.save(as_jpeg, "JPEG", quality=_JPEG_QUALITY)
    if len(as_jpeg.getvalue()) < len(packed) // 2:  # a photograph; of drawn text the other is smaller, and exact
        packed, filter_ = as_jpeg.getvalue(), "/DCTDecode"
    picture = pikepdf.Stream(pdf, packed)
    picture.stream_dict = pikepdf.Dictionary(
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=pixels.width,
        Height=pixels.height,
        ColorSpace=pikepdf.Name("/DeviceGray" if pixels.mode == "L" else "/DeviceRGB"),
        BitsPerComponent=8,
        Filter=pikepdf.Name(filter_),
    )
    drawn = pikepdf.Stream(pdf, f"q {width:f} 0 0 {height:f} 0 0 cm /P Do Q".encode())
    pdf.pages.append(
        pikepdf.Page(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Page,
                MediaBox=[0, 0, width, height],
                Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=picture)),
                Contents=drawn,
            )
        )
    )
