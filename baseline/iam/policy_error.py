"""What is wrong with a policy, in one sentence."""


class PolicyError(ValueError):
    """A policy, or a part of one, is not what AWS or this program accepts.

    `str(error)` is one sentence: lower case, no full stop, what was written in backticks.
    """

    def __init__(self, problem: str, element: str = "") -> None:
        super().__init__(problem)
        self.element = element
        """The statement's element that is meant, such as `Action`; empty when it is no single one."""
