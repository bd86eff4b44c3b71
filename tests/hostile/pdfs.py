"""PDFs that loop, grow, hold scripts, or break off."""

import io
import zlib

import pikepdf
from pikepdf import Array, Dictionary, Name

from tests.hostile.case import Case, kept, refused


def raw(*objects: bytes, trailer: bytes = b"<</Root 1 0 R>>") -> bytes:
    """A PDF of these objects, with a cross-reference table that is right."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    at = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(
        out
        + b"trailer\n"
        + trailer.replace(b"<<", b"<</Size %d" % (len(objects) + 1))
        + b"\nstartxref\n%d\n%%%%EOF" % at
    )


def a_form(change: object = None, **save: object) -> bytes:
    """A form that fits no template of ours, with something done to it."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        field = pdf.make_indirect(Dictionary(FT=Name.Tx, T="name", V="Specimen", Subtype=Name.Widget, P=page.obj))
        pdf.Root.AcroForm = pdf.make_indirect(Dictionary(Fields=Array([field])))
        if callable(change):
            change(pdf)
        pdf.save(out, **save)
    return out.getvalue()


def _script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.launchURL('http://192.0.2.1/')")


def _launch(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AA = Dictionary(WC=Dictionary(S=Name.Launch, F="cmd.exe"))


def _named_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["a", Dictionary(S=Name.JavaScript, JS="x()")])))


def _xfa(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm.XFA = pdf.make_stream(b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'/>")


def _endless_fields(pdf: pikepdf.Pdf) -> None:
    field = pdf.Root.AcroForm.Fields[0]
    field.Kids = Array([field])


def _endless_parent(pdf: pikepdf.Pdf) -> None:
    field = pdf.Root.AcroForm.Fields[0]
    del field["/FT"], field["/V"]
    field.Parent = field


def _many_fields(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm.Fields = Array([Dictionary(FT=Name.Tx, T=f"f{n}", V="x") for n in range(5000)])


def _long_value(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm.Fields[0].V = "x" * 2_000_000


def _many_pages(pdf: pikepdf.Pdf) -> None:
    for _ in range(150):
        pdf.add_blank_page()


def _attachment(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["invoice.exe"] = b"MZ\x90\x00"


_CATALOGUE = b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[]>>>>"
_CIRCULAR = raw(_CATALOGUE, b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>")
_MILLION = raw(_CATALOGUE, b"<</Type/Pages/Kids[3 0 R]/Count 1000000000>>", b"<</Type/Page/Parent 2 0 R>>")
_DEEP = raw(_CATALOGUE, b"<</Type/Pages/Kids[]/Count 0>>", b"[" * 100_000)
_BOMB = zlib.compress(bytes(100_000_000), 9)
_STREAM_BOMB = raw(
    b"<</Type/Catalog/Pages 2 0 R/AcroForm 4 0 R>>",
    b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 5 0 R>>",
    b"<</Fields[<</FT/Tx/T(a)/V 5 0 R>>]>>",
    b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(_BOMB), _BOMB),
)


def _object_loop() -> bytes:
    """Each object is a reference to the next, and the last to the first."""
    count = 20_000
    return raw(
        _CATALOGUE,
        b"<</Type/Pages/Kids 3 0 R/Count 1>>",
        *(b"%d 0 R" % (n + 4 if n < count - 1 else 3) for n in range(count)),
    )


def _endless_tables() -> bytes:
    """The cross-reference table names itself as the one before."""
    whole = raw(_CATALOGUE, b"<</Type/Pages/Kids[]/Count 0>>")
    at = whole[whole.rindex(b"startxref") + 10 :].split(b"\n")[0]
    return whole.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev " + at)


CASES: dict[str, Case] = {
    "pdf-script": kept("form.pdf", lambda: a_form(_script), "scripts or actions"),
    "pdf-launches-a-program": kept("form.pdf", lambda: a_form(_launch), "scripts or actions"),
    "pdf-named-script": kept("form.pdf", lambda: a_form(_named_script), "scripts or actions"),
    "pdf-encrypted": kept(
        "form.pdf", lambda: a_form(encryption=pikepdf.Encryption(owner="o", user="u", R=6)), "encrypted"
    ),
    "pdf-xfa": kept("form.pdf", lambda: a_form(_xfa), "an XFA form"),
    "pdf-truncated": kept("form.pdf", lambda: a_form()[: len(a_form()) // 2] + b"/AcroForm", "cannot be read"),
    "pdf-endless-fields": kept("form.pdf", lambda: a_form(_endless_fields), "cannot be read"),
    "pdf-endless-parent": kept("form.pdf", lambda: a_form(_endless_parent), None),
    "pdf-many-fields": kept("form.pdf", lambda: a_form(_many_fields), "cannot be read"),
    "pdf-long-value": kept("form.pdf", lambda: a_form(_long_value), "cannot be read"),
    "pdf-many-pages": refused("form.pdf", lambda: a_form(_many_pages), "151 pages"),
    "pdf-attachment-within": kept("form.pdf", lambda: a_form(_attachment), None),
    "pdf-circular-pages": kept("loop.pdf", _CIRCULAR, "cannot be read"),
    "pdf-a-billion-pages-claimed": kept("many.pdf", _MILLION, None),
    "pdf-deep-arrays": kept("deep.pdf", _DEEP, None),
    "pdf-object-loop": kept("objects.pdf", _object_loop, None),
    "pdf-endless-tables": kept("tables.pdf", _endless_tables, None),
    "pdf-stream-bomb": kept("bomb.pdf", _STREAM_BOMB, None),
    "pdf-only-a-header": kept("empty.pdf", b"%PDF-1.7\n/AcroForm", "cannot be read"),
}
