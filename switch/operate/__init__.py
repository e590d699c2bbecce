"""The switch at work: its configuration, its connections, and the close of its bank days.

Above `store`, `settlement` and `core`; below `cli`, whose commands are thin.
"""
