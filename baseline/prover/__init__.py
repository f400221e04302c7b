"""Proofs over all requests: what a key policy can never allow, always allows, or newly allows.

Every coordinate of a request (caller, action, each condition key) falls into finitely many classes that nothing asked
here can tell apart; a statement is a box of classes, and a question is decided by subtracting boxes. Under this
policy alone, one step, and the assumptions of `assumptions`. Nothing is shared with `baseline.iam.evaluate`, which
confirms every counterexample, but the reader of policies.
"""
