"""The settings of one evidence home: what it is called, where its database lies, how much it takes in.

They stand in ``HOME/settings.toml``, which holds no secret: passphrases come from a prompt or a file, and a password in
a database address is left out when the file is written. The environment wins over the file, so that one home can be
opened from another place without being edited:

- ``EVIDENCE_DATABASE``: the database address, where it is not ``HOME/evidence.db``;
- ``EVIDENCE_ANCHOR``: the file, on other storage than the home, that keeps the last checkpoint signed;
- ``EVIDENCE_PASSPHRASE_FILE``: the file with the passphrase of the keys;
- ``EVIDENCE_CLAMD``: where the virus scanner listens, ``HOST:PORT`` or the path of its socket.
"""

import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from evidence.errors import SettingsError

FILE_NAME = "settings.toml"


class Organisation(BaseModel):
    """The party whose evidence this is: the code statements name it by, and its legal name on paper."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    legal_name: str = Field(min_length=1, max_length=200)
    country: str = Field(default="US", pattern=r"^[A-Z]{2}$")

    @staticmethod
    def of(code: str, legal_name: str, country: str = "US") -> "Organisation":
        """An organisation from what somebody typed.

        Raises:
            SettingsError: a code, name or country that none can have.
        """
        try:
            return Organisation(code=code, legal_name=legal_name, country=country)
        except ValidationError as error:
            first = error.errors()[0]
            raise SettingsError(
                f"The organisation's {first['loc'][0]}: {first['msg']}; found {first['input']!r}."
            ) from error


class Limits(BaseModel):
    """How much may come in at once (DESIGN.md section 8); past a limit the input is refused, never cut."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    document_bytes: int = Field(default=2 * 1024**3, gt=0)
    archive_ratio: int = Field(default=100, gt=0)
    archive_members: int = Field(default=10_000, gt=0)
    unpacked_bytes: int = Field(default=4 * 1024**3, gt=0)
    """What one archive or mail may hold, unpacked."""
    mail_depth: int = Field(default=5, gt=0)
    """Mails and archives within each other."""
    files: int = Field(default=100_000, gt=0)
    """Of one import."""
    rows: int = Field(default=2_000_000, gt=0)
    columns: int = Field(default=500, gt=0)
    cell_characters: int = Field(default=32_767, gt=0)
    """What one cell of a spreadsheet can hold."""
    pages: int = Field(default=5_000, gt=0)
    ocr_pages: int = Field(default=50, gt=0)
    """Of one scan, whose text is read from its pictures."""
    ocr_seconds: int = Field(default=300, gt=0)
    """For all pages of a scan."""
    ocr_page_seconds: int = Field(default=60, gt=0)
    image_pixels: int = Field(default=100_000_000, gt=0)
    bill_depth: int = Field(default=50, gt=0)
    parser_seconds: int = Field(default=60, gt=0)
    parser_bytes: int = Field(default=1024**3, gt=0)


class Settings(BaseModel):
    """One home's settings. `origin` is the ledger's name and never changes during the ledger's life."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path
    origin: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9./_-]*$", max_length=200)
    organisation: Organisation
    person: str | None = Field(default=None, pattern=r"^key-[0-9a-f]{16}$")
    demo: bool = False
    zone: str = "America/New_York"
    database: str = ""
    anchor: Path | None = None
    passphrase_file: Path | None = None
    lowered_elements: tuple[str, ...] = ()
    """Elements of a certification or declaration, mark S, whose absence is to warn only, such as "9b"."""
    clamd: str | None = None
    """Where a virus scanner listens, ``HOST:PORT`` or the path of its socket; where it is set, no file passes it by."""
    trust_list: Path | None = None
    """Certificates, as PEM, of authorities that a signature in a PDF may lead to."""
    work_owner: str | None = Field(default=None, min_length=1, max_length=200)
    """Who is given what an import leaves for a person to decide."""
    limits: Limits = Limits()

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"no such time zone: {name}") from error
        return name

    @field_validator("clamd")
    @classmethod
    def _clamd_can_be_reached(cls, address: str | None) -> str | None:
        if address is None or address.startswith("/"):
            return address
        host, _, port = address.rpartition(":")
        if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
            raise ValueError("wanted HOST:PORT, such as 127.0.0.1:3310, or the path of a socket from the root on")
        return address

    @property
    def database_url(self) -> str:
        """Where the database is; the default lies in the home, so that a home can be moved as a folder."""
        return self.database or f"sqlite:///{self.home / 'evidence.db'}"

    @staticmethod
    def load(home: Path, environ: Mapping[str, str]) -> "Settings":
        """The settings of `home`, with the environment laid over them.

        Raises:
            SettingsError: `home` is no evidence home, or its settings cannot be read.
        """
        home = Path(os.path.abspath(home))
        path = home / FILE_NAME
        try:
            written = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise SettingsError(
                f"{home} is not an evidence home: it has no {FILE_NAME}. Run `evidence init`, or name the home with "
                "--home or EVIDENCE_HOME."
            ) from error
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise SettingsError(f"{path} cannot be read ({error}). Restore it from a backup of the home.") from error
        return Settings.assemble(home, written, environ)

    @staticmethod
    def assemble(home: Path, written: Mapping[str, object], environ: Mapping[str, str]) -> "Settings":
        """Settings from what stands in the file and in the environment; paths in the file are seen from the home."""
        values: dict[str, object] = {**written, "home": home}
        for key, name in (
            ("database", "EVIDENCE_DATABASE"),
            ("anchor", "EVIDENCE_ANCHOR"),
            ("passphrase_file", "EVIDENCE_PASSPHRASE_FILE"),
            ("clamd", "EVIDENCE_CLAMD"),
            ("trust_list", ""),
        ):
            is_path = key not in ("database", "clamd")
            if name and environ.get(name):
                values[key] = Path(os.path.abspath(environ[name])) if is_path else environ[name]
            elif is_path and isinstance(values.get(key), str):
                values[key] = Path(os.path.normpath(home / str(values[key])))
        try:
            settings = Settings.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"])
            raise SettingsError(f"{home / FILE_NAME}: setting {field!r}: {first['msg']}. Correct it there.") from error
        if not settings.database and any(mark in str(home) for mark in "?#%"):
            raise SettingsError(f"{home}: a home's path may not hold '?', '#' or '%'. Choose another folder.")
        return settings

    def write(self, folder: Path | None = None) -> None:
        """Write ``settings.toml``, durably and without secrets, into the home or into the folder that will be it."""
        values: dict[str, object] = {
            "origin": self.origin,
            "person": self.person,
            "demo": self.demo,
            "zone": self.zone,
            "database": _without_password(self.database) or None,
            "anchor": self._seen_from_home(self.anchor),
            "passphrase_file": self._seen_from_home(self.passphrase_file),
            "lowered_elements": self.lowered_elements,
            "clamd": self.clamd,
            "trust_list": self._seen_from_home(self.trust_list),
            "work_owner": self.work_owner,
        }
        lines = ["# Settings of an evidence home. No secret belongs here.", *_toml(values)]
        lines += ["", "[organisation]", *_toml(self.organisation.model_dump())]
        lines += ["", "[limits]", *_toml(self.limits.model_dump())]
        path = (folder or self.home) / FILE_NAME
        temporary = path.with_name(FILE_NAME + ".new")
        with open(temporary, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)

    def _seen_from_home(self, path: Path | None) -> str | None:
        return None if path is None else os.path.relpath(path, self.home)


def _toml(values: Mapping[str, object]) -> list[str]:
    """Flat TOML: a JSON string is a TOML basic string, and so are JSON's integers and booleans."""
    return [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items() if value is not None]


def _without_password(url: str) -> str:
    """The address without its password: libpq finds that in its own password file or in PGPASSWORD."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    user, _, place = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}@{place}"))
