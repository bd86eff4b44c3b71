"""From contents to pages: templates, fonts, long listings, and the unsigned PDF."""
