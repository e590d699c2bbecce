"""How programs remember: files that are durable when they say so, and held by one program alone.

`disk` is the one place that asks the operating system for locks, syncs and file modes, and knows
where POSIX and Windows differ. Whoever writes something that must survive builds on it.
"""
