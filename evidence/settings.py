"""The settings of one evidence home: what it is called, where its database lies, how much it takes in.

They stand in ``HOME/settings.toml``, which holds no secret: passphrases come from a prompt or a file, and a password in
a database address is left out when the file is written. The environment wins over the file, so that one home can be
opened from another place without being edited:

- ``EVIDENCE_DATABASE``: the database address, where it is not ``HOME/evidence.db``;
- ``EVIDENCE_ANCHOR``: the file, on other storage than the home, that keeps the last checkpoint signed;
- ``EVIDENCE_PASSPHRASE_FILE``: the file with the passphrase of the keys, or ``EVIDENCE_PASSPHRASE`` with the
  passphrase itself; ``EVIDENCE_PIN_FILE``: the file with the PIN of the organisation's token;
- ``EVIDENCE_CLAMD``: where the virus scanner listens, ``HOST:PORT`` or the path of its socket.
"""

import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal
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


class Authority(BaseModel):
    """A time-stamping authority (RFC 3161) that stamps checkpoints; one table ``[[authorities]]`` each."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9._-]*$")
    """What it is called in the ledger, for as long as its stamps are to be verified."""
    url: str = Field(max_length=500, pattern=r"^https?://[^\s/@]+(/\S*)?$")
    certificates: Path
    """Its root certificates, as PEM, and those between that its answers leave out; seen from the home."""
    policy: str | None = Field(default=None, max_length=100, pattern=r"^[0-2](\.(0|[1-9][0-9]*))+$")
    """The object identifier of the policy to be asked for, where it has several."""
    hash: Literal["sha256", "sha384", "sha512"] = "sha256"
    every_minutes: int = Field(default=60, ge=1)
    """While the inbox is served: how long after a stamp the next one may be asked for."""

    @staticmethod
    def of(
        name: str, url: str, certificates: Path, policy: str | None = None, hash_name: str = "sha256"
    ) -> "Authority":
        """An authority from what somebody typed.

        Raises:
            SettingsError: a name, address, policy or hash that none can have.
        """
        try:
            return Authority.model_validate(
                {"name": name, "url": url, "certificates": certificates, "policy": policy, "hash": hash_name}
            )
        except ValidationError as error:
            first = error.errors()[0]
            raise SettingsError(
                f"The authority's {first['loc'][0]}: {first['msg']}; found {first['input']!r}."
            ) from error


class Token(BaseModel):
    """Where the organisation's key is when it is on a PKCS#11 token; the table ``[token]``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    module: str = Field(min_length=2, max_length=500, pattern=r"^/")
    """The token maker's library, the whole path: it is loaded into the program that signs."""
    label: str = Field(min_length=1, max_length=32)
    """The token's label."""
    key: str = Field(min_length=1, max_length=200)
    """The private key's label on the token."""

    @staticmethod
    def of(module: str, label: str, key: str) -> "Token":
        """A token from what somebody typed.

        Raises:
            SettingsError: a path or label that none can have.
        """
        try:
            return Token(module=module, label=label, key=key)
        except ValidationError as error:
            first = error.errors()[0]
            raise SettingsError(f"The token's {first['loc'][0]}: {first['msg']}; found {first['input']!r}.") from error


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
    proxy: str | None = Field(default=None, max_length=300, pattern=r"^http://[^\s/@]+/?$")
    """The proxy through which authorities and witnesses are asked, ``http://HOST:PORT``."""
    authorities: tuple[Authority, ...] = ()
    """Who stamps checkpoints."""
    token: Token | None = None
    """Where the organisation's key is, where it is on a token."""
    limits: Limits = Limits()

    @field_validator("authorities")
    @classmethod
    def _authorities_are_told_apart(cls, listed: tuple[Authority, ...]) -> tuple[Authority, ...]:
        names = [one.name for one in listed]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two authorities are called {name}")
        return listed

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
        if isinstance(listed := values.get("authorities"), list):
            values["authorities"] = [_seen_from(home, one) for one in listed]
        try:
            settings = Settings.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"])
            raise SettingsError(f"{home / FILE_NAME}: setting {field!r}: {first['msg']}. Correct it there.") from error
        if not settings.database and any(mark in str(home) for mark in "?#%"):
            raise SettingsError(f"{home}: a home's path may not hold '?', '#' or '%'. Choose another folder.")
        return settings

    def renamed(self, origin: str) -> "Settings":
        """These settings under another origin.

        Raises:
            SettingsError: it cannot be the name of a log.
        """
        try:
            return Settings.model_validate({**self.model_dump(), "origin": origin})
        except ValidationError as error:
            raise SettingsError(
                f"{origin[:80]!r} cannot be a ledger's name: wanted a place on the web without its scheme, such as "
                "evidence.example/2."
            ) from error

    def moved(self, database: str) -> "Settings":
        """These settings with their database at another address."""
        own = database == f"sqlite:///{self.home / 'evidence.db'}"
        return self.model_copy(update={"database": "" if own else database})

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
            "proxy": self.proxy,
        }
        lines = ["# Settings of an evidence home. No secret belongs here.", *_toml(values)]
        lines += ["", "[organisation]", *_toml(self.organisation.model_dump())]
        lines += ["", "[limits]", *_toml(self.limits.model_dump())]
        if self.token is not None:
            lines += ["", "[token]", *_toml(self.token.model_dump())]
        for one in self.authorities:
            told = {**one.model_dump(), "certificates": self._seen_from_home(one.certificates)}
            lines += ["", "[[authorities]]", *_toml(told)]
        path = (folder or self.home) / FILE_NAME
        temporary = path.with_name(FILE_NAME + ".new")
        with open(temporary, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)

    def _seen_from_home(self, path: Path | None) -> str | None:
        return None if path is None else os.path.relpath(path, self.home)


def named_address(name: str, environ: Mapping[str, str]) -> str:
    """The database address in the environment variable `name`: a password has no place on a command line.

    Raises:
        SettingsError: it is not set.
    """
    address = environ.get(name, "")
    if not address:
        raise SettingsError(
            f"The environment variable {name[:80]} is not set: it is to hold the address of the database, "
            "sqlite:///PATH or postgresql://…"
        )
    return address


def _seen_from(home: Path, authority: object) -> object:
    """An authority's table, its file's path seen from the home."""
    if not isinstance(authority, dict) or not isinstance(authority.get("certificates"), str):
        return authority
    return {**authority, "certificates": Path(os.path.normpath(home / authority["certificates"]))}


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
