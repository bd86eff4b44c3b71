"""What an edition withholds, opened field by field or sealed to one recipient."""
