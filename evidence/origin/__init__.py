"""What is claimed: gather inputs as of a checkpoint, determine, record, replay."""
