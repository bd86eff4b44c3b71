"""Sealed exhibits: what whoever forwards them learns, which is next to nothing, and what the authority opens."""

import json
import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from evidence.core.statements.own import PackBuilt
from evidence.errors import PackError
from evidence.pack.bundling.production import same_production
from evidence.pack.checking.verdict import Verdict
from evidence.pack.disclosing.envelope import MAX_SEALED, read_recipient
from evidence.pack.disclosing.sealing import EMPTY, LEAST_CONTENT, LEAST_ENVELOPES, Sealing, filled
from evidence.pack.form import layout
from evidence.pack.gathered.editions import Edition
from evidence.pack.productions.build import build
from evidence.pack.productions.making import Wanted
from evidence.pack.productions.rebuild import rebuild
from tests.unit.pack.editions_home import NOW, S01, Editions, said_in
from tests.unit.pack.specimen_home import SECRET_FIGURE
from tests.unit.pack.test_editions import OF_OTHERS, names
from tests.unit.pack.test_envelope import Recipient, recipient


def unpacked(authority: Recipient, envelope: Path, into: Path) -> dict[str, Path]:
    """What `openssl` and `tar` make of an envelope, by the names of its members."""
    into.mkdir()
    archive = into.with_suffix(".tar")
    assert authority.opens(envelope, archive)
    subprocess.run(["tar", "-xf", str(archive), "-C", str(into)], check=True)
    return {path.name: path for path in into.iterdir()}


def opened(editions: Editions, place: Path) -> list[dict[str, Path]]:
    """The members of every envelope of the edition, in the order of the envelopes."""
    listed = sorted((editions.folder("sealed") / "sealed").iterdir(), key=lambda path: int(path.stem))
    return [unpacked(editions.authority, path, place / path.stem) for path in listed]


def record(editions: Editions) -> PackBuilt:
    return editions.record("importer-sealed")


def test_the_importer_forwards_envelopes_that_the_authority_alone_opens_and_proves(
    editions: Editions, tmp_path: Path
) -> None:
    said = said_in(editions.folder("sealed"))
    for word in (*OF_OTHERS, SECRET_FIGURE):
        assert word not in said, word
    full = [found for found in opened(editions, tmp_path) if "empty" not in found]
    assert full
    for found in full:
        (opening,) = [path for name, path in found.items() if name.endswith("-opening.json")]
        (document,) = set(found.values()) - {opening}
        as_received = editions.folder("authority") / "exhibits" / document.name
        assert document.read_bytes() == as_received.read_bytes()
        report = editions.check(editions.packs["sealed"].archive, document, opening)
        assert report.status == 0
        assert any(f"{document.name} beside it is unchanged since receipt" in item.reason for item in report.items)
        assert editions.check(editions.folder("importer"), opening, document).status == 0


def test_the_authority_opens_all_envelopes_into_one_folder_as_the_guide_says(
    editions: Editions, tmp_path: Path
) -> None:
    guide = (Path(__file__).parents[3] / "docs" / "checking-a-pack.md").read_text("utf-8")
    commands = guide.partition("With the key of the certificate that they are sealed to:\n\n```text\n")[2]
    loop = commands.partition("\nevidence pack check ")[0]
    shutil.copytree(editions.folder("sealed") / "sealed", tmp_path / "sealed")
    named = {"CERT": str(editions.authority.certificate), "KEY": str(editions.authority.key)}
    for word, path in named.items():
        loop = loop.replace(word, path)
    subprocess.run(["bash", "-e", "-c", loop], cwd=tmp_path, check=True)
    found = {path.name for path in (tmp_path / "opened").iterdir()} - {"empty"}
    openings = {name for name in found if name.endswith("-opening.json")}
    assert {name[:4] for name in found - openings} == {name[:4] for name in openings}


def test_neither_the_number_of_sealed_exhibits_nor_the_length_of_any_is_told(
    editions: Editions, tmp_path: Path
) -> None:
    folder = editions.folder("sealed")
    lengths = [path.stat().st_size for path in (folder / "sealed").iterdir()]
    full = [found for found in opened(editions, tmp_path) if "empty" not in found]
    assert len(full) < len(lengths) == LEAST_ENVELOPES
    over = {length - (1 << length.bit_length() - 1) for length in lengths}
    assert len(over) == 1, "what an envelope has over a power of two is the same for all"
    assert min(lengths) > LEAST_CONTENT
    report = json.loads((folder / layout.report_data_path("en")).read_bytes())["report"]
    assert not any(map(str.isdigit, report["opening"]["sealed"]))


@pytest.mark.parametrize(("exhibits", "envelopes"), [(1, 16), (16, 16), (17, 32), (32, 32), (33, 64)])
def test_there_are_a_power_of_two_of_envelopes_and_empty_ones_are_as_long_as_others(
    exhibits: int, envelopes: int
) -> None:
    held = filled([{f"E{at:03}.pdf": os.urandom(70_000 << at % 3)} for at in range(exhibits)], os.urandom)
    assert len(held) == envelopes
    assert {len(content) for content in held} == {131_072 << at % 3 for at in range(exhibits)}
    assert sum(content.startswith(EMPTY.encode() + b"\0") for content in held) == envelopes - exhibits


@pytest.mark.parametrize(
    ("size", "length"),
    [
        pytest.param(0, 65_536, id="empty"),
        pytest.param(65_536 - 1_536, 65_536, id="the-least"),
        pytest.param(65_536, 131_072, id="beyond-the-least"),
        pytest.param(131_072 - 1_536, 131_072, id="to-the-brim"),
        pytest.param(131_072 - 1_535, 262_144, id="a-byte-past-it"),
    ],
)
def test_an_archive_is_filled_up_to_a_power_of_two(tmp_path: Path, size: int, length: int) -> None:
    content = os.urandom(size)
    held = filled([{"E001-invoice.pdf": content}] * 16, os.urandom)
    assert {len(one) for one in held} == {length}
    (tmp_path / "it.tar").write_bytes(held[0])
    subprocess.run(["tar", "-xf", "it.tar"], cwd=tmp_path, check=True)
    assert (tmp_path / "E001-invoice.pdf").read_bytes() == content


def test_empty_envelopes_cost_no_more_than_the_full_ones_or_64_mib() -> None:
    held = filled([{"E001-scan.pdf": bytes(40 * 1024 * 1024)}], os.urandom)
    assert sorted(len(content) for content in held) == [LEAST_CONTENT] * 14 + [64 * 1024 * 1024] * 2


def test_envelopes_lie_out_of_the_order_of_their_exhibits() -> None:
    named = [{f"E{at:03}": b""} for at in range(16)]
    orders = {tuple(content[:4] for content in filled(named, os.urandom)) for _ in range(3)}
    assert len(orders) == 3
    assert {tuple(sorted(order)) for order in orders} == {tuple(f"E{at:03}".encode() for at in range(16))}


def test_what_is_too_long_to_be_opened_again_is_refused_in_words() -> None:
    with pytest.raises(PackError, match=r"E001-scan\.pdf has 2\d+ bytes with its proof and cannot be sealed"):
        filled([{"E001-scan.pdf": bytes(MAX_SEALED)}], os.urandom)


def test_another_key_opens_no_envelope(editions: Editions, tmp_path: Path) -> None:
    other = recipient(tmp_path / "other", ec.generate_private_key(ec.SECP256R1()))
    assert not other.opens(editions.folder("sealed") / "sealed/1.p7m", tmp_path / "out")


@pytest.mark.parametrize("change", ["a bit", "gone", "added", "exchanged"])
def test_an_envelope_that_was_touched_is_named(editions: Editions, tmp_path: Path, change: str) -> None:
    copy = Path(shutil.copytree(editions.folder("sealed"), tmp_path / "copy"))
    one, other = copy / "sealed/1.p7m", copy / "sealed/2.p7m"
    if change == "a bit":
        content = bytearray(one.read_bytes())
        content[-1] ^= 1
        one.write_bytes(content)
    elif change == "gone":
        one.unlink()
    elif change == "added":
        (copy / "sealed/99.p7m").write_bytes(one.read_bytes())
    else:
        first = one.read_bytes()
        one.write_bytes(other.read_bytes())
        other.write_bytes(first)
    wanted = "file sealed/99.p7m" if change == "added" else "sealed sealed/1.p7m"
    assert wanted in names(editions.check(copy))


# --- what the edition is called --------------------------------------------------------------------------------------


def test_sealing_to_the_same_certificate_again_writes_out_what_was_sealed(editions: Editions, tmp_path: Path) -> None:
    sealing = Sealing(read_recipient(editions.authority.certificate, NOW))
    again = build(editions.handle, S01, tmp_path, Wanted(Edition.IMPORTER, sealing=sealing))
    assert (again.new, again.archive.read_bytes()) == (False, editions.packs["sealed"].archive.read_bytes())


def test_the_name_of_the_edition_tells_nobody_what_is_sealed(editions: Editions) -> None:
    sealing, was = Sealing(read_recipient(editions.authority.certificate, NOW)), record(editions)
    public = sha256(sealing.fingerprint.encode()).hexdigest()[:8]
    assert was.edition.startswith("importer-sealed-")
    assert not was.edition.endswith(public)
    production = same_production(was, editions.handle.documents)
    assert Wanted(Edition.IMPORTER, sealing=sealing).name(production) == was.edition
    for other in (Sealing(sealing.recipient, ("E007",)), Sealing(sealing.recipient, ("E007", "E008"))):
        assert other.name("importer", b"a secret") != other.name("importer", b"another secret")
        assert other.name("importer", b"a secret") != sealing.name("importer", b"a secret")


def test_what_is_on_record_under_a_name_that_anybody_can_make_keeps_it(editions: Editions) -> None:
    sealing = Sealing(read_recipient(editions.authority.certificate, NOW), ("E007",))
    told = f"{sealing.fingerprint}\nE007"
    before = f"importer-sealed-{sha256(told.encode()).hexdigest()[:8]}"
    assert sealing.name("importer", b"a secret", {"authority", before}) == before
    assert sealing.name("importer", b"a secret", {"authority"}) != before


def test_what_cannot_be_sealed_is_refused_in_words(editions: Editions, tmp_path: Path) -> None:
    certificate = read_recipient(editions.authority.certificate, NOW)
    for exhibits, words in ((("E999",), "no exhibit of this pack"), (("E001",), "lies open in the importer's edition")):
        with pytest.raises(PackError, match=words):
            build(editions.handle, S01, tmp_path, Wanted(Edition.IMPORTER, sealing=Sealing(certificate, exhibits)))
    with pytest.raises(PackError, match="withholds no exhibit that can be sealed"):
        build(editions.handle, S01, tmp_path, Wanted(sealing=Sealing(certificate)))


def test_an_edition_with_envelopes_is_rebuilt_but_for_them(editions: Editions) -> None:
    report = rebuild(editions.handle, record(editions).number, record(editions).edition, whole=True)
    assert {item.verdict for item in report.items} == {Verdict.PASSED}, report.items
