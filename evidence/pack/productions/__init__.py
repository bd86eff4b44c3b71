"""The life of a pack: planned, built, released, built again."""
