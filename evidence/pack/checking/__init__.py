"""The check of a pack, which runs on a machine with nothing but this program."""
