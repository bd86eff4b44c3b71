"""RFC 3161 responses of two public authorities, and broken ones: our verdict, the source's, and OpenSSL's today."""

import json
from pathlib import Path

import pytest
from asn1crypto import tsp

from evidence.errors import ProofError
from evidence.ledger.stamp_trust import read_trusted
from evidence.ledger.time_stamps import read, request, verify
from tests.timestamps import openssl

HERE = Path(__file__).parent / "rfc3161"
CASES = json.loads((HERE / "expected.json").read_text("utf-8"))


def named(case: dict) -> str:
    return f"{case['file']}: {case['expect']} ({case['data']})"


@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_response_is_judged_as_its_source_judges_it(case: dict) -> None:
    stamp = read((HERE / case["file"]).read_bytes())
    trusted = read_trusted((HERE / case["chain"]).read_bytes())
    assert int(stamp.gen_time.timestamp()) == case["gen_time_unix"]
    if case["expect"] == "valid":
        verify(stamp, case["data"].encode(), trusted)
    else:
        with pytest.raises(ProofError):
            verify(stamp, case["data"].encode(), trusted)


@pytest.mark.parametrize("case", CASES, ids=named)
def test_openssl_says_the_same_at_the_time_of_the_stamp(case: dict, tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(case["data"].encode())
    chain = str(HERE / case["chain"])
    done = openssl(
        tmp_path,
        *("ts", "-verify", "-data", "data", "-in", str(HERE / case["file"]), "-CAfile", chain, "-untrusted", chain),
        *("-attime", str(case["gen_time_unix"])),
        check=False,
    )
    assert (done.returncode == 0) is (case["expect"] == "valid")
    assert (b"Verification: OK" in done.stdout) is case["openssl_verify_at_gen_time"]


@pytest.mark.parametrize("name", ["sigstage/request.der", "test_tsa/request.der", "test_tsa/other_request.der"])
def test_a_request_of_ours_for_the_same_data_is_the_published_one_to_the_byte(name: str) -> None:
    published = (HERE / name).read_bytes()
    nonce = int(tsp.TimeStampReq.load(published)["nonce"].native)
    made = request(b"hello", lambda count: nonce.to_bytes(count, "big"), hash_name="sha512")
    assert made.der == published
    assert made.nonce == nonce


def test_the_folder_holds_the_cases_that_its_list_names() -> None:
    listed = {case[name] for case in CASES for name in ("file", "chain")}
    there = {str(path.relative_to(HERE)) for path in HERE.rglob("*") if path.is_file()}
    requests = {"sigstage/request.der", "test_tsa/request.der", "test_tsa/other_request.der"}
    assert there == listed | requests | {"expected.json"}
