"""What can be asked for, and how it is known again.

`kinds.toml` has one row for each class, and `kinds` finds it; `accepted` is a request that was
checked; `identity` what makes two requests the same one; `answers` whether an answer fits what was
asked; `reversals` how the original is named that is to be undone.
"""
