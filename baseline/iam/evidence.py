"""How sure we are that AWS does what a statement or a table of ours says of it."""

from typing import Literal

Evidence = Literal["documented", "managed key", "reported", "inferred", "yours"]
"""How it is known:
- documented: AWS's documentation says it for this use;
- managed key: the AWS managed key has exactly this statement, and AWS says the service needs nothing else with it;
- reported: seen working in public (captures of real calls, projects that had to change their code);
- inferred: it follows from other facts, and nobody was seen running it;
- yours: the owner of a purpose of their own says so.
"""
