"""What moto lacks, a file a service: subclasses of moto's own classes that check first and then call them.

A method is named after the operation in snake case. `sandbox.application` has the table of which class answers for
which service. Nothing in moto is assigned to, but for the function that `key_pairs` replaces.
"""
