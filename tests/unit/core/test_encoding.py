import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.core.encoding import from_base64, from_base64url, from_decimal, to_base64, to_base64url
from evidence.errors import MalformedValue


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=40))
def test_base64_read_back_is_the_bytes_written(data: bytes) -> None:
    assert from_base64(to_base64(data)) == data
    assert from_base64url(to_base64url(data)) == data


@pytest.mark.parametrize("text", ["TWE", "TWF=", "TW E=", "TWE=\n", "T-E=", "TWE==", "é", "="])
def test_another_spelling_of_base64_is_refused(text: str) -> None:
    with pytest.raises(MalformedValue):
        from_base64(text)


@pytest.mark.parametrize("text", ["TWE=", "TWF", "T+E", "TW E", "T", "é"])
def test_another_spelling_of_base64url_is_refused(text: str) -> None:
    with pytest.raises(MalformedValue):
        from_base64url(text)


def test_a_decimal_is_read_up_to_its_bound() -> None:
    assert from_decimal("0") == 0
    assert from_decimal("9223372036854775807") == 2**63 - 1


@pytest.mark.parametrize(
    "text", ["", "00", "01", "+1", "-1", " 1", "1\n", "1_0", "٣", "9223372036854775808", "9" * 5000]
)
def test_another_spelling_of_a_decimal_is_refused(text: str) -> None:
    with pytest.raises(MalformedValue):
        from_decimal(text)
