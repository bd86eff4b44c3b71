"""Intake: files and forms become checked statements. Nothing is recorded unless all of an import is faultless."""
