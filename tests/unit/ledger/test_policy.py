"""The grammar is that of C2SP tlog-policy; most cases of refusal restate those of transparency-dev/formats."""

from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.errors import EvidenceError, ProofError
from evidence.ledger import ed25519
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.cosignature import Cosignature, Witness, cosign
from evidence.ledger.note import Verifier, sign
from evidence.ledger.policy import MAX_BYTES, MAX_DEFINITIONS, Group, Policy, with_logs

ORIGIN = "ledger.example/sample"
KEYS = [Ed25519PrivateKey.from_private_bytes((i + 1).to_bytes(32, "big")) for i in range(MAX_DEFINITIONS + 2)]
LOG = Verifier(ORIGIN, ed25519.public_bytes(KEYS[0]))
TEXT = Checkpoint(ORIGIN, 42, bytes(32)).format()
NOTE = sign(TEXT, ORIGIN, KEYS[0])
AT = 1_700_000_000


def witness(number: int) -> Witness:
    return Witness(f"w{number}.example", ed25519.public_bytes(KEYS[number]))


W = {number: witness(number).vkey for number in range(1, 7)}
EXAMPLE = f"""
# The example of the standard, with keys.
log {LOG.vkey}

witness X1 {W[1]}
witness X2 {W[2]} https://x2.example/prefix
witness X3 {W[3]}
group X-witnesses 2 X1 X2 X3

witness Y1 {W[4]}
witness Y2 {W[5]}
\twitness\t Y3   {W[6]}\t
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
""".encode()


def cosigned(*numbers: int) -> bytes:
    lines = [cosign(TEXT, witness(number).name, KEYS[number], AT + number) for number in numbers]
    return NOTE + "".join(lines).encode()


def test_the_example_of_the_standard_is_read() -> None:
    policy = Policy.parse(EXAMPLE)
    assert [log.key for log in policy.logs] == [LOG]
    assert [(each.name, each.key, each.url) for each in policy.witnesses] == [
        ("X1", witness(1), None), ("X2", witness(2), "https://x2.example/prefix"), ("X3", witness(3), None),
        ("Y1", witness(4), None), ("Y2", witness(5), None), ("Y3", witness(6), None),
    ]  # fmt: skip
    assert policy.groups == (
        Group("X-witnesses", 2, ("X1", "X2", "X3")),
        Group("Y-witnesses", 1, ("Y1", "Y2", "Y3")),
        Group("X-and-Y", 2, ("X-witnesses", "Y-witnesses")),
    )
    assert policy.quorum == "X-and-Y"


@pytest.mark.parametrize(
    ("numbers", "met"),
    [
        pytest.param((1, 2, 4), True, id="just-enough"),
        pytest.param((1, 2, 3, 4, 5, 6), True, id="all"),
        pytest.param((1, 4, 5, 6), False, id="one-X-too-few"),
        pytest.param((1, 2, 3), False, id="no-Y"),
        pytest.param((), False, id="nobody"),
        pytest.param((1, 1, 4), False, id="one-X-twice-counts-once"),
    ],
)
def test_nested_groups_are_judged(numbers: tuple[int, ...], met: bool) -> None:
    verdict = Policy.parse(EXAMPLE).verify(cosigned(*numbers), origin=ORIGIN)
    assert verdict.quorum_met is met
    assert verdict.checkpoint.size == 42
    names = {1: "X1", 2: "X2", 3: "X3", 4: "Y1", 5: "Y2", 6: "Y3"}
    expected = {number: (names[number], Cosignature(witness(number), AT + number)) for number in numbers}
    assert dict(verdict.cosigned) == dict(expected.values())


def test_the_shortest_policy_wants_no_witness_and_its_log_from_elsewhere() -> None:
    policy = Policy.parse(b"quorum none")
    assert policy.verify(NOTE, [LOG]).quorum_met
    with pytest.raises(ProofError, match="lists no log"):
        policy.verify(NOTE)
    with pytest.raises(ProofError, match="No known key"):
        policy.verify(NOTE, [Verifier(ORIGIN, ed25519.public_bytes(KEYS[1]))])


def test_a_witness_alone_is_a_quorum_and_lines_of_unknown_witnesses_are_ignored() -> None:
    policy = Policy.parse(f"log {LOG.vkey}\nwitness a {W[1]}\nquorum a\n".encode())
    assert policy.verify(cosigned(1, 2)).quorum_met
    assert not policy.verify(cosigned(2)).quorum_met


def test_a_cosignature_of_a_known_witness_that_fails_rejects_the_checkpoint() -> None:
    policy = Policy.parse(f"log {LOG.vkey}\nwitness a {W[1]}\nwitness b {W[2]}\nquorum a\n".encode())
    wrong = cosign(TEXT.replace("42", "43"), witness(2).name, KEYS[2], AT).encode()
    with pytest.raises(ProofError, match="does not verify"):
        policy.verify(cosigned(1) + wrong)
    assert Policy.parse(f"log {LOG.vkey}\nwitness a {W[1]}\nquorum a".encode()).verify(cosigned(1) + wrong).quorum_met


def test_witnesses_do_not_stand_in_for_the_log() -> None:
    policy = Policy.parse(f"log {LOG.vkey}\nwitness a {W[1]}\nquorum a\n".encode())
    unsigned = TEXT.encode() + b"\n" + cosign(TEXT, witness(1).name, KEYS[1], AT).encode()
    with pytest.raises(ProofError, match="No known key of the log"):
        policy.verify(unsigned)


def test_names_are_bytes_and_every_word_but_none_is_one() -> None:
    kelvin = b"K\xe2\x84\xaa-w\x80"
    policy = Policy.parse(b"witness " + kelvin + f" {W[1]}\nquorum ".encode() + kelvin)
    assert policy.quorum.encode("utf-8", "surrogateescape") == kelvin
    words = Policy.parse(f"witness all {W[1]}\nwitness any {W[2]}\ngroup group 2 all any\nquorum group\n".encode())
    assert words.groups == (Group("group", 2, ("all", "any")),)
    with pytest.raises(ProofError, match="quorum"):
        Policy.parse(f"witness K {W[1]}\nquorum \u212a\n".encode())  # a Kelvin sign is no K
    spaced = Policy.parse(f"witness a\u00a0b {W[1]}\nquorum a\u00a0b\n".encode())
    assert spaced.witnesses[0].name == "a\u00a0b"  # parted by spaces and tabs only


REFUSED = [
    ("a control character", "quorum none\n\x01", "control character"),
    ("a carriage return", "quorum none\r\n", "control character"),
    ("a DEL", "# \x7f\nquorum none\n", "control character"),
    ("an unknown word", "quibble w1\nquorum none\n", "Line 1 .* wanted log, witness, group or quorum"),
    ("a word in capitals", "Quorum none\n", "wanted log, witness"),
    ("a comment behind a line", f"witness w1 {W[1]} https://w1.example/ # comment\nquorum w1\n", "items after witness"),
    ("a log without key", "log\nquorum none\n", "items after log"),
    ("a log with rubbish", "log garbage\nquorum none\n", "not a verifier key"),
    ("a log with a witness's key", f"log {W[1]}\nquorum none\n", "signature type 04"),
    ("a log twice", f"log {LOG.vkey}\nlog {LOG.vkey} https://x.example\nquorum none\n", "there already"),
    ("a witness without key", "witness w1\nquorum none\n", "items after witness"),
    ("a witness with a log's key", f"witness w1 {LOG.vkey}\nquorum w1\n", "signature type 01"),
    ("a witness named none", f"witness none {W[1]}\nquorum none\n", "not taken, and not none"),
    ("a witness's name twice", f"witness w1 {W[1]}\nwitness w1 {W[2]}\nquorum w1\n", "not taken"),
    ("a group with a witness's name", f"witness w1 {W[1]}\ngroup w1 any w1\nquorum w1\n", "not taken"),
    ("a group of nobody", f"witness w1 {W[1]}\ngroup g 1\nquorum w1\n", "items after group"),
    ("a group named none", f"witness w1 {W[1]}\ngroup none any w1\nquorum none\n", "not none"),
    ("a threshold of zero", f"witness w1 {W[1]}\ngroup g 0 w1\nquorum g\n", "at least one"),
    ("a threshold below zero", f"witness w1 {W[1]}\ngroup g -1 w1\nquorum g\n", "number"),
    ("a threshold with a zero before it", f"witness w1 {W[1]}\ngroup g 01 w1\nquorum g\n", "number"),
    ("a threshold in other digits", f"witness w1 {W[1]}\ngroup g \u0661 w1\nquorum g\n", "number"),
    ("more than all", f"witness w1 {W[1]}\ngroup g 2 w1\nquorum g\n", "at most all"),
    ("an unknown member", f"witness w1 {W[1]}\ngroup g any w2\nquorum g\n", "a line before"),
    ("a member of a later line", f"group g any w1\nwitness w1 {W[1]}\nquorum g\n", "a line before"),
    ("itself as a member", f"witness w1 {W[1]}\ngroup g any g\nquorum g\n", "a line before"),
    ("none as a member", f"witness w1 {W[1]}\ngroup g any none w1\nquorum g\n", "a line before"),
    ("a member twice", f"witness w1 {W[1]}\ngroup g all w1 w1\nquorum g\n", "counts twice"),
    (
        "a member of two groups",
        f"witness w {W[1]}\nwitness v {W[2]}\ngroup g any w v\ngroup h any w\nquorum g\n",
        "twice",
    ),
    ("no quorum", f"witness w1 {W[1]}\n", "no quorum"),
    ("nothing", "", "no quorum"),
    ("two quorums", f"witness w1 {W[1]}\nquorum w1\nquorum w1\n", "second quorum"),
    ("an unknown quorum", "quorum w1\n", "a line before"),
    ("a quorum before its name", f"quorum w1\nwitness w1 {W[1]}\n", "a line before"),
    ("a quorum without name", "quorum\n", "items after quorum"),
    ("too many bytes", "#" * MAX_BYTES + "\nquorum none\n", "bytes"),
]


@pytest.mark.parametrize(("text", "told"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_is_not_a_policy_is_refused_and_says_where(text: str, told: str) -> None:
    with pytest.raises(ProofError, match=told) as error:
        Policy.parse(text.encode())
    assert "\n" not in str(error.value)


def test_one_key_under_two_names_is_one_witness() -> None:
    again = Witness("impostor.example", witness(1).public_key).vkey
    with pytest.raises(ProofError, match="there already"):
        Policy.parse(f"witness a {W[1]}\nwitness b {again}\nquorum a\n".encode())


def test_as_many_witnesses_as_are_taken_are_taken_and_one_more_is_refused() -> None:
    assert MAX_DEFINITIONS >= 32, "what the standard asks for"
    lines = [f"witness n{number} {witness(number).vkey}\n" for number in range(1, MAX_DEFINITIONS + 2)]
    assert len(Policy.parse(("".join(lines[:-1]) + "quorum n1\n").encode()).witnesses) == MAX_DEFINITIONS
    with pytest.raises(ProofError, match="not taken"):
        Policy.parse(("".join(lines) + "quorum n1\n").encode())


def test_a_chain_of_groups_as_long_as_is_taken_is_judged() -> None:
    count = MAX_DEFINITIONS
    chain = "".join(f"group g{at} all {f'g{at - 1}' if at else 'w'}\n" for at in range(count))
    policy = Policy.parse(f"log {LOG.vkey}\nwitness w {W[1]}\n{chain}quorum g{count - 1}\n".encode())
    assert policy.verify(cosigned(1)).quorum_met
    assert not policy.verify(NOTE).quorum_met


def test_the_logs_of_a_policy_are_replaced_and_all_else_is_kept() -> None:
    later = Verifier(ORIGIN, ed25519.public_bytes(KEYS[7]))
    made = with_logs(EXAMPLE, [LOG, later])
    assert [log.key for log in Policy.parse(made).logs] == [LOG, later]
    assert Policy.parse(made).witnesses == Policy.parse(EXAMPLE).witnesses
    assert b"# The example of the standard" in made
    assert with_logs(made, [LOG, later]) == made


pieces = st.one_of(
    st.sampled_from(["log", "witness", "group", "quorum", "all", "any", "none", "2", " ", "\t", "\n", "#", "a", "b"]),
    st.sampled_from([LOG.vkey, W[1], W[2], "https://w.example/"]),
    st.text(max_size=5),
)


@settings(max_examples=200)
@given(st.lists(pieces, max_size=30).map(" ".join), st.binary(max_size=20), st.integers(0, len(EXAMPLE)))
def test_whatever_stands_in_a_policy_only_our_own_errors_come(text: str, noise: bytes, at: int) -> None:
    for data in (text.encode("utf-8", "surrogatepass"), noise, EXAMPLE[:at] + noise + EXAMPLE[at:], EXAMPLE[:at]):
        with suppress(EvidenceError):
            Policy.parse(data).verify(cosigned(1), [LOG])


@settings(max_examples=60)
@given(st.data())
def test_a_quorum_that_is_met_stays_met_when_more_witnesses_sign(data: st.DataObject) -> None:
    names = [f"w{number}" for number in range(1, 7)]
    free, lines = list(names), [f"witness {name} {W[number]}" for number, name in enumerate(names, 1)]
    for at in range(data.draw(st.integers(1, 4))):
        if not free:
            break
        members = data.draw(st.lists(st.sampled_from(free), min_size=1, max_size=len(free), unique=True))
        many = data.draw(st.sampled_from(["all", "any", str(len(members))]))
        lines.append(f"group g{at} {many} {' '.join(members)}")
        free = [name for name in free if name not in members] + [f"g{at}"]
    lines.append(f"quorum {data.draw(st.sampled_from(free))}")
    policy = Policy.parse("\n".join(lines).encode())
    some = data.draw(st.sets(st.sampled_from(names)))
    more = some | data.draw(st.sets(st.sampled_from(names)))
    assert policy.met_by(more) or not policy.met_by(some)
    assert policy.met_by(names)
    assert not policy.met_by(())
