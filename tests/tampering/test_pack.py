"""A pack that was altered: for every way of altering one, a test that alters it so and sees the place named."""

import hashlib
import shutil
import subprocess
import zipfile
from pathlib import Path
from random import Random

import pytest

from evidence.pack.checking.verdict import PackReport, Verdict
from evidence.pack.form import layout
from evidence.pack.form.container import Folder, write_zip
from tests.unit.pack.issued import Issued, issued

__all__ = ["issued"]


@pytest.fixture
def copy(issued: Issued, tmp_path: Path) -> Path:
    return Path(shutil.copytree(issued.pack.folder, tmp_path / "pack"))


def names(report: PackReport) -> set[str]:
    return {item.name for item in report.of(Verdict.FAILED)}


def flip(path: Path, at: int, bit: int = 0) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1 << bit
    path.write_bytes(content)


def verify_sh(pack: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", str(pack / "verify.sh"), *arguments], capture_output=True, text=True, check=False, timeout=120
    )


def test_the_pack_as_issued_passes_in_every_item(issued: Issued) -> None:
    for path in (issued.pack.folder, issued.pack.archive):
        report = issued.check(path)
        assert {item.verdict for item in report.items} == {Verdict.PASSED}
        assert report.status == 0


def test_without_a_trust_folder_the_signer_is_undetermined_and_nothing_else_is_wrong(issued: Issued) -> None:
    report = issued.check(issued.pack.folder, trusting=False)
    assert names(report) == set()
    assert report.status == 3
    open_items = {item.name for item in report.of(Verdict.UNDETERMINED)}
    assert {
        f"signature {layout.SUMS_SIGNATURE}",
        f"signature in {layout.report_path('en')}",
        layout.CHECKPOINT,
    } <= open_items


def test_a_bit_flipped_anywhere_is_found_and_the_file_named(issued: Issued, copy: Path) -> None:
    random = Random(7)
    for name in Folder(copy).names():
        path = copy / name
        kept = path.read_bytes()
        flip(path, random.randrange(len(kept)), random.randrange(8))
        report = issued.check(copy)
        assert report.status == 1, name
        assert any(name in item.name or name in item.reason for item in report.of(Verdict.FAILED)), name
        path.write_bytes(kept)
    assert issued.check(copy).status == 0


def test_every_bit_of_the_detached_signature_counts_also_those_that_it_does_not_sign(
    issued: Issued, copy: Path
) -> None:
    path = copy / layout.SUMS_SIGNATURE
    kept = path.read_bytes()
    for at in range(0, len(kept), 97):
        flip(path, at)
        assert any(layout.SUMS_SIGNATURE in name for name in names(issued.check(copy)))
        path.write_bytes(kept)


def test_two_exhibits_exchanged_are_each_named_with_the_other(issued: Issued, copy: Path) -> None:
    one, other = sorted((copy / "exhibits").iterdir())[:2]
    one_bytes, other_bytes = one.read_bytes(), other.read_bytes()
    one.write_bytes(other_bytes)
    other.write_bytes(one_bytes)
    reasons = {item.name: item.reason for item in issued.check(copy).of(Verdict.FAILED)}
    assert other.name in reasons[f"file exhibits/{one.name}"]
    assert one.name in reasons[f"file exhibits/{other.name}"]
    assert {"exhibit E001", "exhibit E002"} <= reasons.keys()


def test_a_file_that_was_dropped_is_named(issued: Issued, copy: Path) -> None:
    for name in (layout.DISCLOSURES, "entries/9.tlog-proof", "exhibits/E002-bill-of-lading.pdf", layout.SUMS_SIGNATURE):
        kept = (copy / name).read_bytes()
        (copy / name).unlink()
        assert f"file {name}" in names(issued.check(copy))
        (copy / name).write_bytes(kept)


def test_a_file_that_was_added_is_named(issued: Issued, copy: Path) -> None:
    (copy / "exhibits" / "E099-letter.pdf").write_bytes(b"%PDF-1.4 a letter nobody sent\n")
    assert "file exhibits/E099-letter.pdf" in names(issued.check(copy))


def test_an_addition_that_both_lists_name_is_found_by_the_signature(issued: Issued, copy: Path) -> None:
    (copy / "exhibits" / "E099-letter.pdf").write_bytes(b"%PDF-1.4 a letter nobody sent\n")
    relist(copy)
    found = names(issued.check(copy))
    assert f"signature {layout.SUMS_SIGNATURE}" in found
    assert "file exhibits/E099-letter.pdf" in found  # the manifest does not name it


def test_an_exhibit_replaced_under_new_lists_is_found_by_its_receipt(issued: Issued, copy: Path) -> None:
    (copy / "exhibits" / "E001-commercial-invoice.pdf").write_bytes(b"%PDF-1.4 another invoice\n")
    relist(copy)
    found = names(issued.check(copy))
    assert {"exhibit E001", f"signature {layout.SUMS_SIGNATURE}", f"signature {layout.ASIC_SIGNATURE}"} <= found


@pytest.mark.parametrize(
    ("name", "old", "new", "named"),
    [
        pytest.param(
            layout.DISCLOSURES, b'"price":"600"', b'"price":"100"', "lines of entry", id="a-price-of-a-purchase-line"
        ),
        pytest.param(layout.DISCLOSURES, b'"2024-03-31"', b'"2025-03-31"', "entry ", id="the-end-of-a-blanket"),
        pytest.param("worksheets/worksheet-1.json", b'"80"', b'"90"', "worksheet 1", id="a-figure-of-the-worksheet"),
        pytest.param(layout.MANIFEST, b'"size":30', b'"size":31', layout.MANIFEST, id="the-ledger-position"),
        pytest.param(
            layout.report_data_path("en"), b'"CLAIMED"', b'"claimed"', "files inside", id="the-claim-in-the-report-data"
        ),
    ],
)
def test_a_value_altered_under_new_lists_is_found_where_it_was_committed(
    issued: Issued, copy: Path, name: str, old: bytes, new: bytes, named: str
) -> None:
    content = (copy / name).read_bytes()
    assert old in content
    (copy / name).write_bytes(content.replace(old, new, 1))
    relist(copy)
    assert any(found.startswith(named) for found in names(issued.check(copy)))


def test_an_entry_taken_from_another_place_is_found(issued: Issued, copy: Path) -> None:
    for suffix in ("leaf", "dsse"):
        one, other = copy / f"entries/28.{suffix}", copy / f"entries/29.{suffix}"
        kept = one.read_bytes()
        one.write_bytes(other.read_bytes())
        other.write_bytes(kept)
    relist(copy)
    assert {"entry 28", "entry 29"} <= names(issued.check(copy))


def test_a_pack_of_another_company_does_not_pass_under_this_trust_folder(issued: Issued, tmp_path: Path) -> None:
    from evidence.pack.gathered.facts import Subject
    from evidence.pack.productions.build import build
    from tests.unit.pack.specimen_home import make

    with make(tmp_path / "other") as handle:
        other = build(handle, Subject(shipment="S01"), tmp_path / "packs")
    found = names(issued.check(other.folder))
    assert {
        f"signature {layout.SUMS_SIGNATURE}",
        f"signature in {layout.report_path('en')}",
        layout.CHECKPOINT,
    } <= found


def test_what_is_appended_to_the_report_after_signing_is_found(issued: Issued, copy: Path) -> None:
    with open(copy / layout.report_path("en"), "ab") as report:
        report.write(b"\n% added\n")
    assert {f"file {layout.report_path('en')}", f"signature in {layout.report_path('en')}"} <= names(issued.check(copy))


def test_an_archive_that_was_made_anew_or_added_to_is_named_though_its_files_pass(
    issued: Issued, tmp_path: Path
) -> None:
    anew, longer = tmp_path / "anew.zip", tmp_path / "longer.zip"
    with zipfile.ZipFile(issued.pack.archive) as read, zipfile.ZipFile(anew, "w", zipfile.ZIP_DEFLATED) as written:
        for name in read.namelist():
            written.writestr(name, read.read(name))
    longer.write_bytes(issued.pack.archive.read_bytes() + b"\0")
    for path in (anew, longer):
        assert names(issued.check(path)) == {"the ZIP itself"}


def test_two_members_of_one_name_are_refused_since_readers_differ_on_which_counts(
    issued: Issued, tmp_path: Path
) -> None:
    from evidence.errors import PackError

    path = tmp_path / "twice.zip"
    shutil.copy(issued.pack.archive, path)
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("manifest.json", b"{}")
    with pytest.raises(PackError, match="two members"):
        issued.check(path)


def test_the_shell_script_passes_the_pack_and_names_what_was_altered(issued: Issued, copy: Path) -> None:
    whole = verify_sh(copy, str(issued.trust), "--proofs")
    assert (whole.returncode, whole.stderr) == (0, "walking proofs: 0 of 24 entries\n"), whole.stdout
    assert verify_sh(copy).returncode == 3

    (copy / "exhibits" / "E001-commercial-invoice.pdf").write_bytes(b"%PDF-1.4 another invoice\n")
    (copy / "added.txt").write_bytes(b"x")
    flip(copy / layout.SUMS_SIGNATURE, 40)
    altered = verify_sh(copy, str(issued.trust))
    assert altered.returncode == 1
    for named in ("exhibits/E001-commercial-invoice.pdf", "added.txt", "SHA256SUMS.p7s"):
        assert named in altered.stdout


@pytest.mark.parametrize("suffix", ["leaf", "dsse", "tlog-proof"])
def test_the_shell_script_walks_the_proofs_and_names_the_entry(issued: Issued, copy: Path, suffix: str) -> None:
    path = copy / f"entries/20.{suffix}"
    content = path.read_bytes()
    at = content.index(b"index ") + 12 if suffix == "tlog-proof" else content.index(b'"sig":"') + 20
    path.write_bytes(content[:at] + (b"A" if content[at : at + 1] != b"A" else b"B") + content[at + 1 :])
    relist(copy)
    found = verify_sh(copy, str(issued.trust), "--proofs")
    assert found.returncode == 1
    assert "entry 20" in found.stdout
    assert "entry 20" in names(issued.check(copy))


def test_a_checkpoint_of_another_size_is_refused_by_both(issued: Issued, copy: Path) -> None:
    note = (copy / layout.CHECKPOINT).read_bytes()
    (copy / layout.CHECKPOINT).write_bytes(note.replace(b"\n30\n", b"\n31\n"))
    relist(copy)
    assert layout.CHECKPOINT in names(issued.check(copy))
    assert "FAILED        ledger/checkpoint" in verify_sh(copy, str(issued.trust)).stdout


def relist(pack: Path) -> None:
    """Write the lists anew over what now lies there, as a forger would who has no key."""
    digests = {name: hashlib.sha256((pack / name).read_bytes()).hexdigest() for name in Folder(pack).names()}
    (pack / layout.SUMS).write_bytes(layout.sums_text((name, digests[name]) for name in layout.summed(digests)))
    (pack / layout.ASIC_MANIFEST).write_bytes(
        layout.asic_manifest({name: digests[name] for name in layout.in_asic(digests)})
    )
    apart = [(name, hashlib.sha256((pack / name).read_bytes()).hexdigest()) for name in layout.SIGNED_APART]
    (pack / layout.SIGNATURES).write_bytes(layout.sums_text(apart))


def test_the_forgers_lists_are_well_formed_so_that_only_signatures_and_proofs_can_tell(
    issued: Issued, copy: Path
) -> None:
    relist(copy)
    assert issued.check(copy).status == 0
    with open(copy.parent / "again.zip", "x+b") as archive:
        write_zip(Folder(copy), archive)
    assert (copy.parent / "again.zip").read_bytes() == issued.pack.archive.read_bytes()
