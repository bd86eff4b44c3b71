"""Draws scans for tests: a page of lines in black on white, as a picture or as a PDF of pictures."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from evidence.store.resources import folder

CERTIFICATE = (
    "CERTIFICATE OF ORIGIN (SPECIMEN)",
    "Supplier SUP-001, Frames of Specimen County",
    "Part number FRM-201 revision A, chassis frame",
    "Quantity 1250 pieces, made in the plant SUP-001-P1",
    "This declaration runs from 2023-04-01 to 2024-03-31",
)
CERTIFICAT = (
    "CERTIFICAT D'ORIGINE (SPECIMEN)",
    "Le fournisseur déclare que la pièce BRK-778",
    "a été fabriquée à l'usine de Montréal et qu'elle est originaire.",
)
CERTIFICADO = (
    "CERTIFICADO DE ORIGEN (SPECIMEN)",
    "El proveedor declara que la pieza ARN-512",
    "fue fabricada en la planta de Saltillo en el año 2023.",
)


def page(lines: Sequence[str] = CERTIFICATE, dpi: int = 200) -> Image.Image:
    """A sheet, 8.5 by 5.5 inches, with the lines in 12 points."""
    font = ImageFont.truetype(str(folder("templates") / "fonts" / "NotoSans-Regular.ttf"), 12 * dpi // 72)
    image = Image.new("L", (17 * dpi // 2, 11 * dpi // 2), 255)
    ImageDraw.Draw(image).multiline_text((dpi // 2, dpi // 2), "\n".join(lines), fill=0, font=font, spacing=dpi // 10)
    return image


def picture(path: Path, *pages: Sequence[str], dpi: int = 200) -> Path:
    """The pages as a file of the sort that its name has: png, jpg, tif or pdf."""
    drawn = [page(lines, dpi) for lines in pages or (CERTIFICATE,)]
    if path.suffix == ".pdf":
        drawn[0].save(path, resolution=dpi, save_all=True, append_images=drawn[1:])
    elif len(drawn) > 1:
        drawn[0].save(path, dpi=(dpi, dpi), save_all=True, append_images=drawn[1:])
    else:
        drawn[0].save(path, dpi=(dpi, dpi))
    return path
