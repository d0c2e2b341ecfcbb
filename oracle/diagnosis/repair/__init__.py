"""The one edit of the user's own backward that makes it right, searched for and proved.

Where no known mistake accounts for a wrong gradient, the user's code is edited, one small change
at a time (another sign, axis, factor, operand; a term more or less), and run on a failing case. An
edit that makes gradients right and none wrong, on several shapes in which every size varies, is a
cure that is proved, and what kind of edit it is says what the mistake was.

    code.py     functions of the user's file, compiled anew with an edit in place
    slots.py    the places in a statement where an expression stands, and an edit of one
    names.py    what the user's code calls things
    within.py   edits that bring nothing new in: signs, constants, brackets, flips, axes
    whole.py    edits of whole statements: += for =, copies, order, turns of loops
    others.py   edits that do: another name, a size, a factor, a term, a function
    text.py     an edit as lines of the user's file
    line_edits.py  a cure that was proved on arrays, as edits of a line
    edits.py    all of them, the likeliest first
    frames.py   edits of a statement, tried where it stands: which of them are worth a run
    search.py   which of them makes the gradients right
    around.py   what is known of the function that an edit is in
    naming.py   what finding an edit stands for
    amend.py    the result, with the finding where the edit is
"""

from oracle.diagnosis.repair.amend import OF_A_PART, amend

__all__ = ["OF_A_PART", "amend"]
