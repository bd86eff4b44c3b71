"""What goes with a pack to whom it is handed: letters, differences, volumes, bags, and the record of it."""
