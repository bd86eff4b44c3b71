"""A PKCS#11 token of SoftHSM (Debian's softhsm2) in a folder of its own, with keys that were made on it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pkcs11

MODULE = next(
    path
    for path in (Path("/usr/lib/softhsm/libsofthsm2.so"), *sorted(Path("/usr/lib").glob("*/softhsm/libsofthsm2.so")))
    if path.exists()
)
_MAKE = """
import sys, pkcs11
module, label, pin, key, kind, bits = sys.argv[1:]
token = pkcs11.lib(module).get_token(token_label=label)
with token.open(rw=True, user_pin=pin) as session:
    if kind == "rsa":
        session.generate_keypair(pkcs11.KeyType.RSA, int(bits), store=True, label=key)
    else:
        curve = pkcs11.util.ec.encode_named_curve_parameters("secp256r1")
        parameters = session.create_domain_parameters(
            pkcs11.KeyType.EC, {pkcs11.Attribute.EC_PARAMS: curve}, local=True
        )
        parameters.generate_keypair(store=True, label=key)
"""


@dataclass(frozen=True)
class SoftToken:
    """A token; its library is told of it by SOFTHSM2_CONF."""

    folder: Path
    label: str = "organisation"
    pin: str = "1234 with spaces"

    @property
    def environment(self) -> dict[str, str]:
        return {"SOFTHSM2_CONF": str(self.folder / "softhsm2.conf")}

    @property
    def pin_file(self) -> Path:
        return self.folder / "pin"

    def make_key(self, label: str, bits: int = 3072, kind: str = "rsa") -> None:
        """Make a key pair on the token, in a process of its own: this one may have the library open."""
        command = [sys.executable, "-c", _MAKE, str(MODULE), self.label, self.pin, label, kind, str(bits)]
        subprocess.run(command, check=True, env=os.environ | self.environment, capture_output=True)

    def make_token(self, label: str) -> None:
        """Another token beside the first."""
        _run(self, "--init-token", "--free", "--label", label, "--pin", self.pin, "--so-pin", "5678 officer")


@contextmanager
def soft_token(folder: Path) -> Iterator[SoftToken]:
    """A token in `folder`; afterwards the library forgets it, so that the next one is found."""
    token = SoftToken(folder)
    (folder / "tokens").mkdir(parents=True)
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    token.pin_file.write_text(f"{token.pin}\n")
    token.pin_file.chmod(0o600)
    token.make_token(token.label)
    pkcs11.unload(str(MODULE))
    try:
        yield token
    finally:
        pkcs11.unload(str(MODULE))


def _run(token: SoftToken, *arguments: str) -> None:
    command = ["softhsm2-util", *arguments]
    subprocess.run(command, check=True, env=os.environ | token.environment, capture_output=True)
