"""The index: tables of what the ledger says now and said then, rebuilt from the ledger at will."""
