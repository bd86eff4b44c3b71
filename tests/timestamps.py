"""A real time-stamping authority for tests: certificates of its own, ``openssl ts -reply``, and HTTP on the loopback.

Nothing of ours answers: the responses are OpenSSL's, and where a fault is set they are OpenSSL's to another query, by
another signer, or cut, since an authority that is wrong is also a real one.
"""

import datetime as dt
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from asn1crypto import cms, core, tsp
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
STAMPS_ONLY = (ExtendedKeyUsageOID.TIME_STAMPING,)
POLICY, OTHER_POLICY = "1.2.3.4.1", "1.2.3.4.2"
_TST_INFO = "1.2.840.113549.1.9.16.1.4"
_CONFIG = """[tsa]
default_tsa = here
[here]
serial = {serial}
signer_digest = sha256
default_policy = {policy}
other_policies = {other}
digests = {digests}
accuracy = secs:1, millisecs:500
clock_precision_digits = 3
ess_cert_id_chain = no
ess_cert_id_alg = {ess}
"""


def new_key(kind: str = "ec") -> Key:
    """A key of one of the two kinds that authorities have."""
    return rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())


def certify(
    subject: str,
    key: Key,
    by: "Signer | None" = None,
    *,
    days: float = 3000,
    starts: dt.datetime | None = None,
    usage: tuple[ObjectIdentifier, ...] | None = STAMPS_ONLY,
    critical: bool = True,
    serial: int | None = None,
) -> x509.Certificate:
    """A certificate by `by`, or by the key itself: an authority's where `usage` is None, else one for that use."""
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"SPECIMEN {subject}")])
    begins = starts or dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named if by is None else by.certificate.subject)
        .public_key(key.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + dt.timedelta(days=days))
        .add_extension(x509.BasicConstraints(usage is None, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if usage:
        builder = builder.add_extension(x509.ExtendedKeyUsage(list(usage)), critical=critical)
    return builder.sign(key if by is None else by.key, SHA256())


@dataclass(frozen=True)
class Signer:
    """A key with its certificate."""

    key: Key
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def new_signer(subject: str, by: Signer | None = None, kind: str = "ec", **made: object) -> Signer:
    key = new_key(kind)
    return Signer(key, certify(subject, key, by, **made))  # type: ignore[arg-type]


@dataclass
class Office:
    """The certificates and the desk of an authority; `chain` are those that it puts into its answers."""

    folder: Path
    root: Signer
    signer: Signer
    chain: tuple[Signer, ...] = ()
    digests: str = "sha256, sha384, sha512"
    ess: str = "sha256"

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.root_pem.write_bytes(self.root.pem)
        (self.folder / "serial").write_text("01\n", encoding="ascii")
        self._turn = threading.Lock()

    @property
    def root_pem(self) -> Path:
        return self.folder / "root.pem"

    def reply(self, query: bytes) -> bytes:
        """The TimeStampResp that OpenSSL makes for a query."""
        with self._turn:
            places = {"query": query, "signer.pem": self.signer.pem, "signer.key": self.signer.key_pem}
            places["chain.pem"] = b"".join(one.pem for one in self.chain)
            for name, content in places.items():
                (self.folder / name).write_bytes(content)
            said = _CONFIG.format(
                serial=self.folder / "serial", policy=POLICY, other=OTHER_POLICY, digests=self.digests, ess=self.ess
            )
            (self.folder / "ts.cnf").write_text(said, encoding="ascii")
            chain = ["-chain", "chain.pem"] if self.chain else []
            asked = [
                "-config",
                "ts.cnf",
                "-queryfile",
                "query",
                "-signer",
                "signer.pem",
                "-inkey",
                "signer.key",
                *chain,
            ]
            openssl(self.folder, "ts", "-reply", *asked, "-out", "reply")
            return (self.folder / "reply").read_bytes()

    def signed_by(self, other: Signer, query: bytes) -> bytes:
        """The same, signed by a certificate that ``openssl ts`` would not sign with: by ``openssl cms`` then."""
        granted = tsp.TimeStampResp.load(self.reply(query))
        info = granted["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed.dump()
        with self._turn:
            for name, content in (("tst", info), ("other.pem", other.pem), ("other.key", other.key_pem)):
                (self.folder / name).write_bytes(content)
            openssl(
                self.folder,
                *("cms", "-sign", "-binary", "-nodetach", "-cades", "-nosmimecap", "-md", "sha256"),
                *("-econtent_type", _TST_INFO, "-in", "tst", "-signer", "other.pem", "-inkey", "other.key"),
                *("-outform", "DER", "-out", "cms"),
            )
            token = (self.folder / "cms").read_bytes()
        return with_token(granted.dump(), token)


def openssl(folder: Path, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
    """One run of the openssl command in a folder."""
    environ = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, env=environ, timeout=60)
    if check and done.returncode:
        raise AssertionError(f"openssl {arguments[0]} failed: {done.stderr.decode(errors='replace')}")
    return done


def new_office(folder: Path, kind: str = "ec", *, between: bool = True, **made: object) -> Office:
    """An authority with a root, a certificate between (in its answers, unless `between` is false), and a signer."""
    root = new_signer("root", kind=kind, usage=None, days=4000)
    middle = new_signer("issuing authority", root, kind, usage=None, days=3500) if between else root
    signer = new_signer("time stamps", middle, kind, **made)
    return Office(folder, root, signer, (middle,) if between else ())


def with_token(response: bytes, token: bytes) -> bytes:
    """A response with another token in the place of its own."""
    status = tsp.TimeStampResp.load(response)["status"].dump()
    return core.Sequence(contents=status + token).dump()  # type: ignore[no-any-return]


def with_certificates(response: bytes, ders: list[bytes]) -> bytes:
    """A response with other certificates in its (unsigned) set, in the order given."""
    parsed = tsp.TimeStampResp.load(response)
    token = parsed["time_stamp_token"]
    token["content"]["certificates"] = cms.CertificateSet([cms.CertificateChoices.load(one) for one in ders])
    return with_token(response, token.dump(force=True))


def changed_query(query: bytes, **fields: object) -> bytes:
    """A query that asks for something else: `imprint` for other data, `nonce` with another number."""
    parsed = tsp.TimeStampReq.load(query)
    if "imprint" in fields:
        parsed["message_imprint"]["hashed_message"] = fields["imprint"]
    if "nonce" in fields:
        parsed["nonce"] = fields["nonce"]
    return parsed.dump(force=True)  # type: ignore[no-any-return]


Answer = tuple[int, str, bytes]
REPLY = "application/timestamp-reply"


@dataclass
class Desk:
    """What answers over HTTP. `fault` makes another answer of a query; `arrived` and `leave` tell of one that hangs."""

    office: Office
    url: str = ""
    fault: Callable[[bytes], Answer] | None = None
    asked: list[bytes] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)
    leave: threading.Event = field(default_factory=threading.Event)

    def answer(self, media_type: str, query: bytes) -> Answer:
        self.asked.append(query)
        if media_type != "application/timestamp-query":
            return 415, "text/plain", b"not a time-stamp query"
        return (self.fault or self.granted)(query)

    def granted(self, query: bytes) -> Answer:
        return 200, REPLY, self.office.reply(query)

    def hang(self, query: bytes) -> Answer:
        """Answer only once somebody says so."""
        self.arrived.set()
        self.leave.wait(60)
        return self.granted(query)


@contextmanager
def desk(office: Office) -> Iterator[Desk]:
    """The authority, answering on a port of the loopback until the end."""
    at = Desk(office)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            status, media_type, answer = at.answer(self.headers.get("Content-Type", ""), body)
            try:
                self.send_response(status)
                self.send_header("Content-Type", media_type)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
            except ConnectionError:
                return  # who asked has gone

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- http.server's
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    at.url = f"http://127.0.0.1:{server.server_address[1]}/stamp"
    try:
        yield at
    finally:
        at.leave.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
