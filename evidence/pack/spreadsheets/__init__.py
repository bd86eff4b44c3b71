"""Worksheets and averages as spreadsheets: the same figures with live formulas, and as plain tables."""
