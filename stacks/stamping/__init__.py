"""From stacks to their Terraform JSON: each shape is built once, and stamped for every stack that has it.

The stages, in order:

1. `shape`: which stacks are equal up to what is their own (account ID, names, role)?
2. `cache`: which shapes were built before? `templates` keeps what this run uses.
3. `symbols`: of every other shape one stack gets symbols in place of its own values.
4. `builders`: processes that build those stacks by their typed constructs. `builder` is the program of each.
5. `template`: what was built is cut at its symbols, and joined with the values of every stack of the shape.

`synthesis` runs them, and is what the commands use.
"""
