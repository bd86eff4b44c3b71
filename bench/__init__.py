"""Benchmarks: ``make bench`` runs them all. Figures are ratios to a yardstick on the same machine in the same run."""
