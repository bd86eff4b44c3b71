"""The languages of a report: its own sentences, recorded ones, numbers and days, official wording, and the fonts."""
