import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.core.tree import EMPTY_ROOT
from evidence.errors import ProofError
from evidence.ledger import ed25519
from evidence.ledger.checkpoint import Checkpoint, open_checkpoint
from evidence.ledger.note import Verifier, sign

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ORIGIN = "ledger.example/sample"
HEAD = Checkpoint(ORIGIN, 0, EMPTY_ROOT)
LOG = Verifier(ORIGIN, ed25519.public_bytes(KEY))
TEXT = "ledger.example/sample\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"


def test_a_checkpoint_is_three_lines() -> None:
    assert HEAD.format() == TEXT
    assert Checkpoint.parse(TEXT) == HEAD


def test_extension_lines_are_kept() -> None:
    assert Checkpoint.parse(TEXT + "more\n").extensions == ("more",)
    assert Checkpoint.parse(TEXT + "more\n").format() == TEXT + "more\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param(TEXT[:-1], id="no-last-newline"),
        pytest.param(TEXT + "\n", id="blank-line"),
        pytest.param(TEXT.replace("\n0\n", "\n00\n"), id="leading-zero"),
        pytest.param(TEXT.replace("\n0\n", "\n+0\n"), id="sign"),
        pytest.param(TEXT.replace("\n0\n", "\n9223372036854775808\n"), id="past-63-bits"),
        pytest.param(TEXT.replace("\n0\n", "\n\n"), id="no-size"),
        pytest.param(TEXT.replace(ORIGIN, ""), id="no-origin"),
        pytest.param(TEXT.replace("47DE", ""), id="root-of-29-bytes"),
        pytest.param(TEXT.replace("FU=", "FV="), id="spare-bits"),
        pytest.param("\n".join(TEXT.split("\n")[:2]) + "\n", id="no-root"),
    ],
)
def test_a_malformed_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(ProofError):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    ("origin", "size", "root"),
    [("", 0, EMPTY_ROOT), ("a\nb", 0, EMPTY_ROOT), (ORIGIN, -1, EMPTY_ROOT), (ORIGIN, 0, b"short")],
)
def test_a_checkpoint_that_could_not_be_read_back_cannot_be_made(origin: str, size: int, root: bytes) -> None:
    with pytest.raises(ProofError):
        Checkpoint(origin, size, root)


def test_a_checkpoint_opens_with_the_key_of_its_log() -> None:
    assert open_checkpoint(sign(TEXT, ORIGIN, KEY), [LOG], origin=ORIGIN) == HEAD


def test_the_checkpoint_of_another_log_is_refused() -> None:
    with pytest.raises(ProofError, match="wanted"):
        open_checkpoint(sign(TEXT, ORIGIN, KEY), [LOG], origin="ledger.example/other")


def test_a_checkpoint_signed_under_another_name_than_its_origin_is_refused() -> None:
    other = Verifier("ledger.example/other", ed25519.public_bytes(KEY))
    with pytest.raises(ProofError, match="itself"):
        open_checkpoint(sign(TEXT, other.name, KEY), [other])
