"""The specimen pack, issued once for all tests of a process: making RSA keys and setting type take seconds."""

from tests.unit.pack.issued import issued

__all__ = ["issued"]
