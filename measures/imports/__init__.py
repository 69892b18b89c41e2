"""An action plan in a spreadsheet: understood, previewed, confirmed, undone.

Words and pure functions here take cells and give values: `cells`, `days`, `numbers`, `names`, `headings`, then `understanding`,
which turns the sheets into a plain tree and a list of problems. `comparison` holds the tree against what is stored.
What changes is in measures/actions/imports.py.
"""
