"""The rules of docs/figures.md, said as plainly as they can be: values in, values out, no tables, no clock, no haste.

The live path (`followup.rollup`) is held against this and shares nothing with it but words and types. Where the two differ, one of them is wrong.
"""
