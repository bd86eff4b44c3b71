"""Who stamps the signatures on a pack: the authorities of the home's settings, over the network."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evidence.ledger.found import HomeHandle
    from evidence.pack.bundling.sign import Stamping


def stamping_of(handle: "HomeHandle") -> "Stamping | None":
    """What time stamps need; None where no authority is set.

    Raises:
        SettingsError: an authority's certificates cannot be used.
        PackError: a revocation list cannot be read.
    """
    from evidence.cli.ledger_time import stamper_of
    from evidence.ledger.found import TRUST
    from evidence.ledger.stamping import stamp_over, trusted_of
    from evidence.pack.bundling.sign import Stamping, revocation_lists

    if not handle.settings.authorities:
        return None
    stamper = stamper_of(handle)
    between = tuple(one for authority in stamper.authorities for one in trusted_of(authority).between)
    lists = revocation_lists(handle.settings.home / TRUST)
    return Stamping(lambda data: stamp_over(stamper, data), between, lists)
