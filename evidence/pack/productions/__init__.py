"""The life of a pack: built, released, handed over, compared, delivered in volumes, built again."""
