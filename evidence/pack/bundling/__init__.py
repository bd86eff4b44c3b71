"""The files of a pack: manifest, copies as received, signatures and stamps, put together in one place."""
