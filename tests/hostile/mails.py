"""Mails that nest, inject, lie about what they carry, or break off."""

from email.message import EmailMessage

from tests.hostile.case import Case, kept, refused

_HEAD = (
    b"From: Sales <sales@supplier.example>\r\nTo: desk@example.com\r\nSubject: Declarations\r\nMIME-Version: 1.0\r\n"
)


def a_mail(subject: str = "Declarations") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "sales@supplier.example", "desk@example.com", subject
    mail["Date"] = "Mon, 06 Mar 2023 10:00:00 -0600"
    mail.set_content("Please find attached.")
    return mail


def nested(depth: int) -> bytes:
    mail = a_mail("inmost")
    for level in range(depth - 1):
        outer = a_mail(f"level {level}")
        outer.add_attachment(mail)
        mail = outer
    return mail.as_bytes()


def raw(content_type: bytes, body: bytes, more: bytes = b"") -> bytes:
    return _HEAD + more + b"Content-Type: " + content_type + b"\r\n\r\n" + body


def parts(*of: tuple[bytes, bytes]) -> bytes:
    body = b"".join(b"--b\r\n" + head + b"\r\n\r\n" + content + b"\r\n" for head, content in of)
    return raw(b'multipart/mixed; boundary="b"', body + b"--b--\r\n")


def attached(disposition: bytes, content: bytes, kind: bytes = b"application/octet-stream") -> bytes:
    return parts(
        (b"Content-Type: text/plain", b"See attached."),
        (b"Content-Type: " + kind + b"\r\nContent-Disposition: attachment; " + disposition, content),
    )


def in_multiparts(depth: int) -> bytes:
    body = b"".join(b"--%d\r\nContent-Type: multipart/mixed; boundary=%d\r\n\r\n" % (n, n + 1) for n in range(depth))
    return raw(b"multipart/mixed; boundary=0", body)


CASES: dict[str, Case] = {
    "mail-nested-20-deep": refused("nested.eml", lambda: nested(20), "nested 20 deep"),
    "mail-of-10000-parts": refused(
        "parts.eml", lambda: parts(*[(b"Content-Type: text/plain; name=a.txt", b"x")] * 10_000), "10001 parts"
    ),
    "mail-of-1000-multiparts": refused("multi.eml", lambda: in_multiparts(1000), "nested without end"),
    "mail-without-boundary": kept("boundary.eml", raw(b"multipart/mixed", b"--x\r\n\r\nlost\r\n--x--"), "no boundary"),
    "mail-cut-short": refused(
        "cut.eml", lambda: attached(b"filename=a.csv", b"owner,part\r\nVOLTERA,1\r\n")[:-8], "ends before its last part"
    ),
    "mail-damaged-attachment": refused(
        "damaged.eml",
        lambda: parts(
            (b"Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64", b"JVBERi0x\r\nA")
        ),
        "damaged on its way",
    ),
    "mail-header-injection": kept(
        "inject.eml",
        _HEAD.replace(b"Declarations", b"=?utf-8?q?hi=0D=0ABcc:_all=40example.com?=")
        + b'Content-Type: text/plain; name="=?utf-8?q?a=0D=0AX:_y.txt?="\r\nContent-Disposition: attachment\r\n\r\nhi',
        None,
    ),
    "mail-nul-in-a-name": kept("nul.eml", attached(b'filename="a\x00.txt"', b"note"), None),
    "mail-path-in-a-name": kept("path.eml", attached(b'filename="../../../etc/passwd"', b"note"), None),
    "mail-right-to-left-name": kept(
        "turned.eml",
        attached(b"filename*=utf-8''invoice%E2%80%AExslx.exe", b"MZ\x90\x00" + b"\x01" * 40),
        "a program",
        shown="turned.eml/invoice\\u202exslx.exe",
    ),
    "mail-program-called-a-pdf": kept(
        "program.eml",
        lambda: attached(b"filename=invoice.pdf", b"MZ\x90\x00" + b"\x01" * 40, b"application/pdf"),
        "claimed to be application/pdf",
        shown="program.eml/invoice.pdf",
    ),
    "mail-winmail-dat": kept(
        "outlook.eml", attached(b"filename=winmail.dat", b'x\x9f>"' * 9, b"application/ms-tnef"), "rich text"
    ),
    "mail-lying-elsewhere": kept(
        "external.eml",
        parts(
            (
                b'Content-Type: message/external-body; access-type=URL; URL="http://192.0.2.1/x"',
                b"Content-Type: text/plain\r\n\r\n",
            )
        ),
        "not fetched",
    ),
    "mail-unknown-character-set": kept("charset.eml", raw(b"text/plain; charset=klingon", b"nuqneH"), None),
    "mail-impossible-date": kept(
        "date.eml", raw(b"text/plain", b"hi", b"Date: Fri, 32 Foo 99999 99:99:99 +9999\r\n"), None
    ),
    "mail-name-in-many-pieces": kept(
        "pieces.eml",
        attached(b";".join(b' filename*%d="a"' % n for n in range(3000)), b"note"),
        None,
    ),
    "mail-header-of-a-megabyte": refused(
        "header.eml", raw(b"text/plain", b"hi", b"Cc: " + b"a@b.example, " * 80_000 + b"\r\n"), "a header of"
    ),
    "mail-brackets-without-end": kept("brackets.eml", raw(b"text/plain", b"hi", b"Cc: " + b"(" * 5000 + b"\r\n"), None),
    "mail-html-only-with-a-script": kept("page.eml", raw(b"text/html", b"<script>alert(1)</script>"), "HTML only"),
    "mail-attachment-without-content": kept("none.eml", attached(b"filename=none.csv", b""), "an empty attachment"),
    "mail-with-a-bomb": refused(
        "bomb.eml",
        lambda: _with_a_bomb(),
        "an archive that grows",
        shown="bomb.eml/orders.zip",
    ),
}


def _with_a_bomb() -> bytes:
    from tests.hostile.archives import zipped

    mail = a_mail("Orders")
    mail.add_attachment(
        zipped(("zeros.txt", bytes(15_000_000))), maintype="application", subtype="zip", filename="orders.zip"
    )
    return mail.as_bytes()
