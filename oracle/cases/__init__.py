"""Cases: which sizes, which options, which values. All from seeds, so that each can be replayed.

Sizes and values are drawn by a NumPy Generator, never by a library that likes repeats and zeros:
those have a regime of their own.
"""

from oracle.cases.case import DTYPES as DTYPES
from oracle.cases.case import OFFSET as OFFSET
from oracle.cases.case import REGIMES as REGIMES
from oracle.cases.case import Case as Case
from oracle.cases.case import Drawable as Drawable
from oracle.cases.case import draw as draw
from oracle.cases.case import draw_upstream as draw_upstream
from oracle.cases.case import laid_out as laid_out
from oracle.cases.case import parse as parse
from oracle.cases.plan import EXTREME as EXTREME
from oracle.cases.plan import MAX_DIM as MAX_DIM
from oracle.cases.plan import cases as cases
from oracle.cases.plan import fitting as fitting
from oracle.cases.plan import plan as plan
from oracle.cases.plan import regimes as regimes
from oracle.cases.values import SHIFT as SHIFT
