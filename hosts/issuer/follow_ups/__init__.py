"""What comes about a request before it: completions, increments and reversals.

`base` is what they share: each is a leg of its own, and finds its original in journal and memory.
"""
