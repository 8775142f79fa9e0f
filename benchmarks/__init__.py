"""How fast is it, against what a user would pick instead and against the machine's limit, in the same run?

One module a subject, each with `measure() -> list[Figure]`; `python -m benchmarks` runs them all.
"""
