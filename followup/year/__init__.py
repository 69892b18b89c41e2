"""The year, as board and owner read it: `book` is what it is made of, `sections` what each part says, `page` the whole.

The page, the exports and the frozen year are all drawn from the same `Year`.
"""
