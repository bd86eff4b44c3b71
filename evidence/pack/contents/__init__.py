"""What the report prints: frozen classes, and the links from a figure to what it rests on."""
