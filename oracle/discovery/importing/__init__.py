"""Importing a user's file as Python does, and a little more patiently.

homes.py         the folder that each imported name is found in
finder.py        finds the user's modules there, and executes them statement by statement
statements.py    one module, executed: a statement that raises costs what depends on it
budget.py        how long one top-level statement may compute
placeholders.py  what stands for a name, or a package, that is not there
packages.py      packages that are not installed
numba_plain.py   numba's decorators, which leave a function the Python that it is
"""
