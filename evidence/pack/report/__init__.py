"""The parts of the report, in the order in which an auditor reads; nothing is worked out here."""
