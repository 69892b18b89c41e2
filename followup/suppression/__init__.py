"""Small numbers (rule 8 of docs/figures.md): which cells are not shown, so that nothing below the threshold can be worked out.

One function for pages, pictures, exports, mail and API alike. Values in, values out: what the cells are and how they sum is the caller's to say.
A hidden small number is safe when another number would fit everything that is shown just as well (`stories`); more is hidden until each
has one. The words say something too – four parts *färre än 5* under a total *färre än 5* can only be ones – so where no more can be hidden,
*färre än k* becomes *dold*.
"""

from followup.suppression.small import LOWEST_THRESHOLD, is_small, is_small_rate, refreshed
from followup.suppression.table import Key, Sums, Suppression

__all__ = ["LOWEST_THRESHOLD", "Key", "Sums", "Suppression", "is_small", "is_small_rate", "refreshed"]
