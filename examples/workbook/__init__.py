"""Spreadsheet workbooks that work origin out a second time, by formulas of their own; nothing here is of the product.

`tables` copies the example's files into sheets, `law` states the figures of the regulations, `materials`, `goods`,
`labor` and `metals` write the formulas, and `result` lists what they come to by name.
"""
