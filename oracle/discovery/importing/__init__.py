"""Importing a user's file as Python does, but a statement that fails does not end it.

homes.py         the folder that each imported name is found in
finder.py        finds the user's modules there, and executes them statement by statement
statements.py    one module, executed: a statement that raises costs what depends on it
placeholders.py  what stands for a name, or a package, that is not there; numba's decorators,
                 which leave a function as it is
"""
