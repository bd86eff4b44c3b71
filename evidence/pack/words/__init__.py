"""The languages of a report: its own sentences, recorded ones, numbers and days, and official wording."""
