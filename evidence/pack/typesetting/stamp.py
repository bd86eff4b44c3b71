"""What is put on pages after they are merged: their number, in a font of its own that every page shares.

The total is known only then. The font is cut to the characters that are used, with the widths and the mapping to
Unicode that PDF/A wants; the same text gives the same bytes.
"""

import io
from typing import Final

import pikepdf
from fontTools import subset
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from evidence.pack.words.assets import assets

_FONT: Final = "NotoSans-Regular.ttf"
_NAME: Final = "/EPNUMB+NotoSans"


class StampFont:
    """A font for some characters, in one document."""

    def __init__(self, pdf: Pdf, characters: str) -> None:
        font = TTFont(assets() / "fonts" / _FONT, recalcTimestamp=False)
        options = subset.Options(hinting=False, layout_features=[], notdef_outline=True, recalc_timestamp=False)
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=sorted({ord(character) for character in characters}))
        cutter.subset(font)
        self._glyphs = font.getBestCmap()
        self._ids = {name: font.getGlyphID(name) for name in font.getGlyphOrder()}
        scale = 1000 / font["head"].unitsPerEm
        self._widths = {name: round(font["hmtx"][name][0] * scale, 3) for name in self._ids}
        content = io.BytesIO()
        font.save(content)
        self.object = pdf.make_indirect(self._dictionary(pdf, font, content.getvalue(), scale))

    def show(self, text: str) -> str:
        """Text as the operand of Tj."""
        return "<" + "".join(f"{self._ids[self._glyphs[ord(character)]]:04X}" for character in text) + ">"

    def width(self, text: str, size: float) -> float:
        """How wide a text is, in points."""
        return float(sum(self._widths[self._glyphs[ord(character)]] for character in text)) * size / 1000

    def _dictionary(self, pdf: Pdf, font: TTFont, content: bytes, scale: float) -> Dictionary:
        head, lines = font["head"], font["hhea"]
        descriptor = Dictionary(
            Type=Name.FontDescriptor,
            FontName=Name(_NAME),
            Flags=32,
            FontBBox=Array([round(side * scale) for side in (head.xMin, head.yMin, head.xMax, head.yMax)]),
            ItalicAngle=0,
            Ascent=round(lines.ascent * scale),
            Descent=round(lines.descent * scale),
            CapHeight=714,
            StemV=80,
            FontFile2=Stream(pdf, content, Length1=len(content)),
        )
        widths = Array([Array([self._widths[name] for name in font.getGlyphOrder()])])
        widths.insert(0, 0)
        described = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=Name(_NAME),
            CIDSystemInfo=Dictionary(
                Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0
            ),
            FontDescriptor=pdf.make_indirect(descriptor),
            CIDToGIDMap=Name.Identity,
            W=widths,
        )
        return Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=Name(_NAME),
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(described)]),
            ToUnicode=Stream(pdf, self._to_unicode()),
        )

    def _to_unicode(self) -> bytes:
        pairs = sorted((self._ids[name], code) for code, name in self._glyphs.items())
        lines = "\n".join(f"<{glyph:04X}> <{code:04X}>" for glyph, code in pairs)
        return (
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
            "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
            "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
            f"{len(pairs)} beginbfchar\n{lines}\nendbfchar\n"
            "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
        ).encode("ascii")


def stamp(pdf: Pdf, page: pikepdf.Page, content: str, resources: dict[str, tuple[Name, Object]]) -> None:
    """Put content over a page, the named resources added to its own under fixed names, so that bytes stay equal.

    What the page's own content leaves as the state of the graphics (an axis turned over) is put back first.
    """
    for name, (kind, thing) in resources.items():
        page.add_resource(thing, kind, Name(f"/{name}"), replace_existing=True)
    page.contents_add(Stream(pdf, b"q"), prepend=True)
    page.contents_add(Stream(pdf, b"Q " + content.encode("ascii")))
