"""The record: entries, tree, checkpoints, proofs, signatures, and the one writer."""
