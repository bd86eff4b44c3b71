"""What the report prints, part by part, in the order in which an auditor reads; nothing is worked out here."""
