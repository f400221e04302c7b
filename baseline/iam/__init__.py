"""AWS's rules of key policies, and none of our choices: values that cannot be wrong, and one evaluator."""
