"""How much work a check may cost, in one place.

A verdict or a name must not depend on how busy the machine is: work is counted in cases and in
recorded calls. Time limits only cases of code that makes no recorded calls, and counts the time
that the process computes.
"""

CASES = 200  # random cases of a derivation, unless another number is asked for
FEW = 4  # cases that are judged, however much work they are
CLOSELY = 16  # the first three and every so many cases also see side conditions and the witness
REDRAWN = 20  # cases that are drawn again because they could show nothing
CALLS = 10_000  # recorded calls in all cases: of code that makes more, cases are left out evenly
SECONDS = 12.0  # the same for code that computes without calling NumPy
SETTLED = 40  # runs of a user's code without a random number: it draws none
COMPARED = 16  # in every so many float32 cases torch's own float32 is asked for its digits

DIRECTIONS = 8  # random directions in which one looks to either side of a kink
MANY = 64  # the same, where many ties at once are not told by a few
ALONE = 12  # entries that are moved alone there
KINKS_LEGAL = 3  # so many legal choices at kinks, and it is known how this gradient chooses
