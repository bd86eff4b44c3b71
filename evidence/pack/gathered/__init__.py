"""What a pack rests on, read from the register and the ledger: facts, exhibits, and who sees which of them."""
