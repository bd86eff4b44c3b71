"""Authorities are entered into the settings that people write in, and their certificates are kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.errors import SettingsError
from evidence.ledger.authorities import remove_authority
from evidence.settings import Settings
from tests.stamped import Company, enter, stamping_company
from tests.timestamps import Office, new_office


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return new_office(tmp_path_factory.mktemp("office"))


@pytest.fixture
def company(tmp_path: Path, office: Office) -> Iterator[Company]:
    with stamping_company(tmp_path, office) as made:
        yield made


def test_an_authority_is_entered_beside_what_people_wrote_and_entered_anew_in_its_place(
    company: Company, tmp_path: Path
) -> None:
    path = company.home / "settings.toml"
    path.write_text(path.read_text("utf-8") + "# a person's remark\n", encoding="utf-8")
    other = new_office(tmp_path / "other")
    enter(company.home, "https://tsa.example/new", other.root.pem, policy="1.2.3")
    [authority] = Settings.load(company.home, {}).authorities
    assert (authority.url, authority.policy) == ("https://tsa.example/new", "1.2.3")
    assert authority.certificates.read_bytes().count(b"BEGIN CERTIFICATE") == 2  # the older stamps need the older root
    assert "# a person's remark\n" in path.read_text("utf-8")
    assert path.read_text("utf-8").count("[[authorities]]") == 1
    Settings.load(company.home, {}).write()
    assert Settings.load(company.home, {}).authorities == (authority,)
    remove_authority(company.home, "acme")
    assert Settings.load(company.home, {}).authorities == ()
    assert authority.certificates.exists()
    with pytest.raises(SettingsError, match="No time-stamping authority"):
        remove_authority(company.home, "acme")


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ('name = "A B"\nurl = "http://a/"\ncertificates = "x"', "authorities.0.name"),
        ('name = "a"\nurl = "ftp://a/"\ncertificates = "x"', "authorities.0.url"),
        ('name = "a"\nurl = "http://u:p@a/"\ncertificates = "x"', "authorities.0.url"),
        ('name = "a"\nurl = "http://a/"', "authorities.0.certificates"),
        ('name = "a"\nurl = "http://a/"\ncertificates = "x"\npassword = "y"', "authorities.0.password"),
        ('name = "a"\nurl = "http://a/"\ncertificates = "x"\nhash = "sha1"', "authorities.0.hash"),
        ('name = "a"\nurl = "http://a/"\ncertificates = "x"\npolicy = "one"', "authorities.0.policy"),
        ('name = "acme"\nurl = "http://a/"\ncertificates = "x"', "two authorities are called acme"),
    ],
)
def test_settings_that_name_no_authority_that_can_be_are_refused(company: Company, lines: str, says: str) -> None:
    path = company.home / "settings.toml"
    path.write_text(f"{path.read_text('utf-8')}\n[[authorities]]\n{lines}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=says.replace("0.", "[01].")):
        Settings.load(company.home, {})
