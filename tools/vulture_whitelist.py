"""Names that look unused to vulture and are not: each with who uses it. Everything else that it finds is dead."""

_.pytest_plugins  # pytest
