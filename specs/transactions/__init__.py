"""What can be asked for, and how it is known again.

`identity` is what makes two requests the same one; `answers` whether an answer fits what was asked.
"""
