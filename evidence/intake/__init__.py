"""Intake: files and forms become checked statements. Nothing is recorded unless everything of an import is faultless."""
