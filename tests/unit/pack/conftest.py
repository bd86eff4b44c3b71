"""The specimen pack, issued once for all tests of a process: making RSA keys and setting type take seconds."""

from tests.unit.pack.asking import gathered
from tests.unit.pack.editions_home import editions
from tests.unit.pack.issued import issued
from tests.unit.pack.productions import produced

__all__ = ["editions", "gathered", "issued", "produced"]
