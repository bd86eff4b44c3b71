"""Evidence: proof of preferential origin, kept as it arises and handed over one signed pack per shipment."""

__version__ = "0.1.0"
