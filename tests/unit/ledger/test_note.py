import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence.core.encoding import to_base64
from evidence.errors import ProofError
from evidence.ledger import ed25519
from evidence.ledger.note import MAX_SIGNATURES, Verifier, open_note, parse_note, sign, signature_line, vkey

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NEXT = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
NAME = "ledger.example/sample"
TEXT = "first line\n\nthird line\n"
LOG = Verifier(NAME, ed25519.public_bytes(KEY))
LOG_NEXT = Verifier(NAME, ed25519.public_bytes(NEXT.public_key()))


def witness_line() -> bytes:
    return f"\u2014 witness.example {to_base64(b'1234' + bytes(72))}\n".encode()


def test_a_signed_note_opens_with_its_key() -> None:
    note = open_note(sign(TEXT, NAME, KEY), [LOG])
    assert note.text == TEXT
    assert note.verified == (LOG,)


def test_a_verifier_key_read_back_is_the_key_even_where_its_base64_has_plus_signs() -> None:
    keys = [Ed25519PrivateKey.from_private_bytes(bytes([i]) * 32) for i in range(64)]
    texts = [vkey(NAME, ed25519.public_bytes(key)) for key in keys]
    assert any(text.count("+") > 2 for text in texts)
    assert [Verifier.parse(text).public_key for text in texts] == [ed25519.public_bytes(key) for key in keys]


def test_no_bit_of_a_note_can_be_flipped() -> None:
    whole = sign(TEXT, NAME, KEY)
    for bit in range(8 * len(whole)):
        data = bytearray(whole)
        data[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ProofError):
            open_note(bytes(data), [LOG])


def test_both_keys_sign_in_the_overlap_of_a_rotation() -> None:
    data = sign(TEXT, NAME, KEY, NEXT)
    assert open_note(data, [LOG]).verified == (LOG,)
    assert open_note(data, [LOG_NEXT]).verified == (LOG_NEXT,)
    assert open_note(data, [LOG_NEXT, LOG]).verified == (LOG, LOG_NEXT)


def test_a_signature_line_added_later_verifies_too() -> None:
    data = sign(TEXT, NAME, KEY) + signature_line(TEXT, NAME, NEXT).encode()
    assert data == sign(TEXT, NAME, KEY, NEXT)


def test_lines_of_unknown_keys_are_ignored_and_kept() -> None:
    data = sign(TEXT, NAME, KEY) + witness_line()
    note = open_note(data, [LOG])
    assert note.verified == (LOG,)
    assert [line.name for line in note.lines] == [NAME, "witness.example"]
    assert open_note(sign(TEXT, NAME, KEY, NEXT), [LOG]).verified == (LOG,)  # a known name, another key id


def test_a_note_that_no_known_key_has_signed_is_refused() -> None:
    for verifiers in ([], [LOG_NEXT]):
        with pytest.raises(ProofError, match="No known key"):
            open_note(sign(TEXT, NAME, KEY), verifiers)


@pytest.mark.parametrize("forged_first", [True, False])
def test_a_forged_line_of_a_known_key_rejects_the_note_beside_a_good_one(forged_first: bool) -> None:
    good = signature_line(TEXT, NAME, KEY)
    forged = signature_line("other\n", NAME, KEY)
    lines = forged + good if forged_first else good + forged
    with pytest.raises(ProofError, match="does not verify"):
        open_note(f"{TEXT}\n{lines}".encode(), [LOG])


def test_a_line_repeated_counts_once() -> None:
    data = sign(TEXT, NAME, KEY, KEY)
    assert open_note(data, [LOG, LOG]).verified == (LOG,)


def test_a_note_holds_at_most_100_signature_lines() -> None:
    head = sign(TEXT, NAME, KEY)
    assert open_note(head + witness_line() * (MAX_SIGNATURES - 1), [LOG]).verified == (LOG,)
    with pytest.raises(ProofError, match="at most 100"):
        open_note(head + witness_line() * MAX_SIGNATURES, [LOG])


def line_with(name: str = NAME, data: str = to_base64(bytes(68)), start: str = "\u2014 ", end: str = "\n") -> bytes:
    return f"text\n\n{start}{name} {data}{end}".encode()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"text\n", id="no-blank-line"),
        pytest.param(b"text\n\n", id="no-signature"),
        pytest.param(line_with(end=""), id="no-last-newline"),
        pytest.param(line_with(start="- "), id="hyphen-for-dash"),
        pytest.param(line_with(start="\u2014"), id="no-space-after-the-dash"),
        pytest.param(line_with(name=""), id="no-name"),
        pytest.param(line_with(name="a+b"), id="plus-in-the-name"),
        pytest.param(line_with(name="a\u00a0b"), id="no-break-space-in-the-name"),
        pytest.param(line_with(data=""), id="no-base64"),
        pytest.param(line_with(data="AAAA AAAA"), id="space-in-base64"),
        pytest.param(line_with(data="AAAAAA=="), id="key-id-without-signature"),
        pytest.param(line_with(data="AAAAAAB="), id="spare-bits"),
        pytest.param(b"te\rxt" + line_with(), id="carriage-return"),
        pytest.param(b"\xff" + line_with(), id="not-utf-8"),
        pytest.param(b"a" * (1 << 20) + line_with(), id="over-a-mebibyte"),
    ],
)
def test_a_malformed_note_is_refused(data: bytes) -> None:
    with pytest.raises(ProofError):
        parse_note(data)


@pytest.mark.parametrize(("text", "name"), [("no newline", NAME), ("a\tb\n", NAME), ("\ud800\n", NAME), (TEXT, "a b")])
def test_what_cannot_stand_in_a_note_is_not_signed(text: str, name: str) -> None:
    with pytest.raises(ProofError):
        sign(text, name, KEY)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("name", id="name-alone"),
        pytest.param(LOG.vkey.replace("b3f24fae", "B3F24FAE"), id="upper-case-key-id"),
        pytest.param(LOG.vkey.replace("b3f24fae", "b3f24faf"), id="key-id-of-another-key"),
        pytest.param(LOG.vkey.replace("sample", "simple"), id="other-name"),
        pytest.param(f"{NAME}+b3f24fae+{to_base64(bytes([4]) + LOG.public_key)}", id="cosignature-type"),
        pytest.param(f"{NAME}+b3f24fae+{to_base64(bytes([1]) + LOG.public_key[:31])}", id="31-bytes"),
        pytest.param(f"{NAME}+b3f24fae+", id="no-key"),
        pytest.param("a b+00000000+AAAA", id="space-in-the-name"),
        pytest.param("\ud800+00000000+" + to_base64(bytes([1]) + LOG.public_key), id="lone-surrogate"),
    ],
)
def test_a_malformed_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(ProofError):
        Verifier.parse(text)
