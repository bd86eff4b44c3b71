"""The files of a pack: their names and lists, the manifest, worksheets, signatures, and one container."""
