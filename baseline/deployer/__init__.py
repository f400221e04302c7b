"""The deployment role: which actions it needs, whom it trusts, and where the states of its deployments are."""
