"""The law: dated, cited parameters and tables, and the tests of origin as pure functions.

Reads nothing but its own data files, knows no database and no clock, and gives back findings with their figures and the
text that was applied, never a bare yes or no.
"""
