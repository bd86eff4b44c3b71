"""The organisation's key on a token (PKCS#11 v2.40): it signs there and never leaves it.

A token is found by its label and the key on it by its own, and each must be the only one of that label: a signature by
the wrong key would be found out by others only. A session lasts for one signature. The library of the token's maker is
loaded into this process, so the module's path is a setting of the home and nothing that comes with a pack or a file.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers

from evidence.errors import SettingsError
from evidence.settings import Token

if TYPE_CHECKING:
    import pkcs11

_INSTALL = "Install the extra evidence[pkcs11] (python-pkcs11)."


@dataclass(frozen=True, slots=True)
class TokenKey:
    """The private key that the settings' token holds under the label they name."""

    token: Token
    pin: str

    def public_key(self) -> RSAPublicKey:
        """The key's public half, as the token gives it.

        Raises:
            SettingsError: no module, token or key of these names, several of one label, a wrong PIN, or no RSA key.
        """
        import pkcs11

        with self._key() as key:
            modulus, exponent = key[pkcs11.Attribute.MODULUS], key[pkcs11.Attribute.PUBLIC_EXPONENT]
        numbers = RSAPublicNumbers(int.from_bytes(exponent, "big"), int.from_bytes(modulus, "big"))
        try:
            return numbers.public_key()
        except ValueError as error:
            raise SettingsError(f"The key {self.token.key} on the token is no RSA key that can be used.") from error

    def sign(self, data: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 with SHA-256 over the data, verified once more with the key's public half.

        Raises:
            SettingsError: as `public_key` has it, or the token does not sign.
        """
        import pkcs11

        public_key = self.public_key()
        with self._key() as key:
            signature = bytes(key.sign(data, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS))
        try:
            public_key.verify(signature, data, PKCS1v15(), hashes.SHA256())
        except InvalidSignature as error:
            raise SettingsError(f"The token {self.token.label} gave a signature that does not verify.") from error
        return signature

    def certificates(self) -> list[bytes]:
        """The certificates that the token holds under the key's label, DER.

        Raises:
            SettingsError: as `public_key` has it.
        """
        import pkcs11

        wanted = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE, pkcs11.Attribute.LABEL: self.token.key}
        with self._session() as session:
            return [bytes(found[pkcs11.Attribute.VALUE]) for found in session.get_objects(wanted)]

    @contextmanager
    def _key(self) -> Iterator[Any]:
        import pkcs11

        wanted = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY, pkcs11.Attribute.LABEL: self.token.key}
        with self._session() as session:
            found = list(session.get_objects(wanted))
            if len(found) != 1:
                what = f"{len(found)} private keys" if found else "no private key"
                raise SettingsError(
                    f"The token {self.token.label} holds {what} under the label {self.token.key}; wanted one. "
                    "Correct `key` under [token] in settings.toml, or the label on the token."
                )
            kind = found[0][pkcs11.Attribute.KEY_TYPE]
            if kind is not pkcs11.KeyType.RSA:
                raise SettingsError(f"The key {self.token.key} on the token is of type {kind.name}; wanted RSA.")
            yield found[0]

    @contextmanager
    def _session(self) -> Iterator["pkcs11.Session"]:
        try:
            import pkcs11
        except ImportError as error:
            raise SettingsError(f"The organisation's key is on a token, and no PKCS#11 is here. {_INSTALL}") from error
        try:
            library = pkcs11.lib(str(self.token.module))
        except (RuntimeError, OSError) as error:
            raise SettingsError(
                f"The PKCS#11 module {self.token.module} cannot be loaded ({_short(error)}). Correct `module` under "
                "[token] in settings.toml."
            ) from error
        try:
            tokens = list(library.get_tokens(token_label=self.token.label))
            if len(tokens) != 1:
                what = f"{len(tokens)} tokens are" if tokens else "no token is"
                raise SettingsError(
                    f"{what.capitalize()} called {self.token.label}; wanted one. Put it in, or correct `label` under "
                    "[token] in settings.toml."
                )
            with tokens[0].open(user_pin=self.pin) as session:
                yield session
        except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange) as error:
            raise SettingsError(
                f"The token {self.token.label} does not open with this PIN. Check EVIDENCE_PIN_FILE; several wrong "
                "ones lock a token."
            ) from error
        except pkcs11.PinLocked as error:
            raise SettingsError(
                f"The token {self.token.label} is locked; its security officer can unlock it."
            ) from error
        except pkcs11.PKCS11Error as error:
            raise SettingsError(
                f"The token {self.token.label} refuses ({_short(error)}). Nothing was signed."
            ) from error


def _short(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}"[:160] if text else type(error).__name__
