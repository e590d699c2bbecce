"""Who may do what, and what is told of it: officers, rules, LMKs of components, the audit log.

`policy` has the rules, `authority` dual control, `ceremony` and `store` LMKs of one's own, `state`
what changes while a module runs, `events`, `audit` and `history` the log, `journal` both on disk,
`offline` the same while no module runs.
"""
