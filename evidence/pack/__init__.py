"""What goes out: one signed evidence pack for a shipment or a customs entry, and the check that stands alone."""
