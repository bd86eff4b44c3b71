"""What authorities ask for with a claim, item by item: what shows each, what is missing, and by when."""
