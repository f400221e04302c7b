"""Why a question has no answer."""


class Unsupported(Exception):
    """The policy has something that is not decided; `str(error)` names it."""


class StepsSpent(Exception):
    """The steps allowed for one question are spent."""


class Unconfirmed(AssertionError):
    """A defect of the prover: the evaluator does not see its counterexample."""
