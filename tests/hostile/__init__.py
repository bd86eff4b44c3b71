"""Files made to hurt, each built by a few lines; nothing large lies in the repository."""
