"""The one edit of the user's own backward that makes it right, searched for and proved.

Where no known mistake accounts for a wrong gradient, the user's code is edited, one small change
at a time (another sign, axis, factor, operand; a term more or less), and run on a failing case. An
edit that makes gradients right and none wrong, on several shapes in which every size varies, is a
cure that is proved, and what kind of edit it is says what the mistake was.

    code.py     functions of the user's file, compiled anew with an edit in place
    edits.py    the edits of a statement, the likeliest first
    search.py   which of them makes the gradients right
    naming.py   what finding an edit stands for
    amend.py    the result, with the finding where the edit is
"""

from oracle.repair.amend import amend

__all__ = ["amend"]
