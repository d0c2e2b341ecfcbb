"""One case that is judged against a torch function which the user has named."""

import numpy as np

from oracle.cases import Case
from oracle.judging.ground_truth import Truth
from oracle.judging.session import Session
from oracle.judging.torch_trial import TorchTrial
from oracle.judging.verdict import EPS, WRONG_AT, judge, largest
from oracle.judging.whole import Whole
from oracle.subject import Subject, Unusable, as_array, is_number
from oracle.truth.replay import NotReplayable


class AgainstTrial(TorchTrial):
    """The truth is autograd's through the function that was named.

    Raises:
        Unusable: the user's forward gives other values than it.
    """

    def __init__(self, subject: Subject, case: Case, names: Session) -> None:
        self.single = False  # the forward computes in float32, whatever it is given
        super().__init__(subject, case, names)
        with self.seeded():
            value = subject.forward(self.inputs())[0]
        parts = value if isinstance(value, tuple | list) else (value,)
        arrays = [np.asarray(as_array(part)) for part in parts if is_number(part)]
        self.single = any(array.dtype == np.float32 for array in arrays)
        if (case.dtype, case.regime) == ("float64", "ordinary"):
            self._compare(arrays)

    @property
    def own_eps(self) -> float:
        return max(super().own_eps, EPS["float32"] if self.single else 0.0)

    def _compare(self, arrays: list[np.ndarray]) -> None:
        truth = self.truth()
        wanted = list(truth.value.values())
        text = self.subject.against
        if len(arrays) != len(wanted):
            raise Unusable(
                f"forward-mismatch: the forward returns {len(arrays)} arrays, {text} {len(wanted)}"
            )
        for got, want in zip(arrays, wanted):
            floor = self.own_eps * largest(want)

            def noise(enough: float, floor: float = floor, truth: Truth = truth) -> float:
                ratio = self.own_eps / self.eps
                return floor + ratio * self.noise(truth, (), enough / ratio)

            found = judge(got.astype(float), want, "float64", 0.0, noise)
            if found.units > WRONG_AT:
                what = found.message or f"is off by {largest(got - want):.3g}"
                raise Unusable(
                    f"forward-mismatch: the value of the forward is not that of {text}: it {what} "
                    f"at {', '.join(f'{n} = {s}' for n, s in self.case.sizes.items())}; "
                    "nothing is judged against a different function"
                )

    def whole(self) -> Whole:
        raise NotReplayable(None, "it is judged against a different function: nothing is recorded")
