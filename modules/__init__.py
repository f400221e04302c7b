"""CDKTF constructs, one concern each. They take values of the Inventory and decide nothing."""
