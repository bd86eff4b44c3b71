"""The kinds of statement, a module for each group of kinds that one reader looks for together."""
