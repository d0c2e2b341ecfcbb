"""How much work a check may cost, in one place.

A verdict or a name must not depend on how busy the machine is: work is counted in cases and in
recorded calls. Time limits only cases of code that makes no recorded calls, and counts the time
that the process computes.
"""

CASES = 200  # random cases of a derivation, unless another number is asked for
ENOUGH = 20  # ordinary cases that could have shown a mistake: a verdict of correct takes so many
FEW = 4  # cases that are judged, however much work they are
CLOSELY = 16  # the first three and every so many cases also see side conditions and the witness
REDRAWN = 20  # cases that are drawn again because they could show nothing
CALLS = 10_000  # recorded calls in all cases: of code that makes more, cases are left out evenly
START = 1_000  # calls beyond an even share for the first cases, some of which are drawn again
ELEMENTS = 10_000  # entries of arrays that are as much work as a call
SECONDS = 12.0  # the same for code that computes without calling NumPy,
GRACE = 3.0  # beyond so many for the first cases, in which torch warms up
LATEST = 25.0  # seconds after which not even as many cases are judged as are ENOUGH
BOUNDARY = 5  # one case at a boundary size for so many others
BOUNDARY_CALLS = 600  # recorded calls at boundary sizes that are always allowed
BOUNDARY_SHARE = 0.2  # of all calls; of code judged by differences, calls × elements are counted
OFFSETS = 3  # cases of values around a large number
SETTLED = 40  # runs of a user's code without a random number: it draws none
COMPARED = 16  # in every so many float32 cases torch's own float32 is asked for its digits

DIRECTIONS = 8  # random directions in which one looks to either side of a kink
MANY = 64  # the same, where many ties at once are not told by a few
ALONE = 12  # entries that are moved alone there
KINKS_LEGAL = 3  # so many legal choices at kinks, and it is known how this gradient chooses
TRIED = 24  # cases to find out which values are meant
