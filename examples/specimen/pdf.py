"""A small PDF writer (ISO 32000-1), so that exhibits and forms have the same bytes on every machine.

It uses the standard fonts, which every reader brings, and compresses nothing: no font file, layout engine or zlib of
the machine can change a byte. Real exhibits come from other people's programs anyway.
"""

import hashlib
from dataclasses import dataclass, field

WIDTH, HEIGHT = 595, 842
_FONTS = {False: "F1", True: "F2"}


def _string(text: str) -> bytes:
    data = text.encode("cp1252")
    return b"(" + data.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)") + b")"


@dataclass
class Field:
    """A text field of a form: its name, its value and its box."""

    name: str
    value: str
    x: float
    y: float
    width: float
    height: float


@dataclass
class Page:
    """One page; `y` counts down from the top."""

    operations: list[bytes] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)

    def text(self, x: float, y: float, text: str, size: float = 9, bold: bool = False, grey: float = 0) -> None:
        head = f"{grey:g} g BT /{_FONTS[bold]} {size:g} Tf {x:g} {HEIGHT - y:g} Td ".encode()
        self.operations.append(head + _string(text) + b" Tj ET")

    def line(self, x1: float, y1: float, x2: float, y2: float, weight: float = 0.5) -> None:
        self.operations.append(f"0.45 G {weight:g} w {x1:g} {HEIGHT - y1:g} m {x2:g} {HEIGHT - y2:g} l S".encode())

    def box(self, x: float, y: float, width: float, height: float, grey: float) -> None:
        self.operations.append(f"{grey:g} g {x:g} {HEIGHT - y - height:g} {width:g} {height:g} re f".encode())


def document(title: str, pages: list[Page]) -> bytes:
    """The PDF of `pages`; where a page has fields, an AcroForm."""
    objects: list[bytes] = []

    def add(body: bytes) -> int:
        objects.append(body)
        return len(objects)

    def stream(head: str, data: bytes) -> int:
        return add(f"<< {head} /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream")

    fonts = [
        add(f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>".encode())
        for name in ("Helvetica", "Helvetica-Bold")
    ]
    resources = f"/Resources << /Font << /F1 {fonts[0]} 0 R /F2 {fonts[1]} 0 R >> >>"
    tree = len(objects) + 1
    add(b"")
    kids: list[int] = []
    widgets: list[int] = []
    for page in pages:
        content = stream("", b"\n".join(page.operations))
        number = len(objects) + 1 + 2 * len(page.fields)
        boxes = []
        for one in page.fields:
            shown = b"/Tx BMC q BT /F1 8 Tf 0 g 2 4 Td " + _string(one.value) + b" Tj ET Q EMC"
            look = stream(f"/Type /XObject /Subtype /Form /BBox [0 0 {one.width:g} {one.height:g}] {resources}", shown)
            bottom = HEIGHT - one.y - one.height
            rect = f"{one.x:g} {bottom:g} {one.x + one.width:g} {bottom + one.height:g}"
            head = (
                f"<< /Type /Annot /Subtype /Widget /FT /Tx /F 4 /P {number} 0 R /Rect [{rect}] /DA (/F1 8 Tf 0 g) /T "
            )
            tail = f" /AP << /N {look} 0 R >> >>".encode()
            boxes.append(add(head.encode() + _string(one.name) + b" /V " + _string(one.value) + tail))
        widgets += boxes
        notes = " ".join(f"{box} 0 R" for box in boxes)
        head = f"<< /Type /Page /Parent {tree} 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] {resources}"
        kids.append(add(f"{head} /Contents {content} 0 R /Annots [{notes}] >>".encode()))
    listed = " ".join(f"{kid} 0 R" for kid in kids)
    objects[tree - 1] = f"<< /Type /Pages /Kids [{listed}] /Count {len(kids)} >>".encode()
    form = ""
    if widgets:
        names = " ".join(f"{one} 0 R" for one in widgets)
        form = f" /AcroForm << /Fields [{names}] /DA (/F1 8 Tf 0 g) /DR << /Font << /F1 {fonts[0]} 0 R >> >> >>"
    root = add(f"<< /Type /Catalog /Pages {tree} 0 R{form} >>".encode())
    info = add(b"<< /Title " + _string(title) + b" /Producer (examples/make_company.py) >>")
    return _file(objects, root, info)


def _file(objects: list[bytes], root: int, info: int) -> bytes:
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    mark = hashlib.sha256(out).hexdigest()[:32]
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    for place in places:
        out += f"{place:010d} 00000 n \n".encode()
    out += (
        f"trailer\n<< /Size {len(objects) + 1} /Root {root} 0 R /Info {info} 0 R /ID [<{mark}> <{mark}>] >>\n".encode()
    )
    out += f"startxref\n{start}\n%%EOF\n".encode()
    return bytes(out)
