"""Equal up to the account's ID: what was computed for one account is taken over for another.

An organization has hundreds of accounts and few kinds of them. Two are alike in something if its text is the same once
each one's own ID is replaced by a mark that no text holds. Then the one text is the other with the ID renamed, and two
parts of it are equal in the one account just where they are equal in the other: the new ID did not stand there before,
or it would be a mark as well. So a result that follows from its input in these two ways is the other account's, renamed:

- texts are copied, whole or within longer ones;
- texts are asked whether they are equal.

Our code knows no account by its ID, so nothing else comes in. But a result may follow from more, and whoever takes one
over must ask for it:

- **From an order.** Lists are sorted, and an ID is sorted by its digits. A policy is taken over if its lists stay sorted
  with the smallest and the largest ID (`documents.renamable`): the order of two texts changes at most once as an ID
  grows. In the text of a stack the order of each list that holds the ID is written down (`writing`).
- **From where an ID begins and ends.** Within a longer number another ID could be found at another place, so in a policy
  it stands by itself (`documents.renamable`).
- **From patterns.** A wildcard may end within an ID. The decision on one request is taken over if no digit is beside a
  wildcard (`verdicts.no_wildcard_ends_within_an_id`): then what matches ends before an ID or after it. A verdict on all
  requests follows from classes of texts, and is taken over if IDs stand only as whole values, whole parts of ARNs or
  whole labels of host names, and meet no wildcard but a lone `*` (`verdicts.is_whole`): renaming them then renames the
  requests of each class. Of regions the same is true. Of policies that others wrote, in any form, the text is asked
  (`renaming.is_renamable`); what is found or proven of one, examples included, is renamed (`renaming.renamed`).
- **From another notation.** JSON and Terraform write some characters otherwise than they are. An ID is digits;
  `stacks.stamping` asks the same of the names that it replaces.

What is not for the result is not in the text: a field with `compare=False` says where something was written, and two
values that differ in it alone are equal.

Five take something over: `baseline.policies` the policy, `baseline.chains` the decisions on the uses of a key,
`baseline.prover` the verdicts, `operations.alike` what is found and proven of the policies of others, `stacks.stamping`
the JSON of a stack. `tests/test_likeness.py` renames accounts at random, and compares each of them with what is computed
for every account by itself; `tests/found/test_folders.py` does so with policies that were published.
"""
