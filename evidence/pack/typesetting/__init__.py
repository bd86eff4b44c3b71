"""From facts to pages: what each edition prints, templates, long listings, and the unsigned PDF."""
