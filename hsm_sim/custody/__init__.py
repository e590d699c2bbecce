"""Who may do what, and what is told of it: officers, rules, LMKs of components, the audit log.

policy       the rules that can be switched off, and CommandRefused
authority    officers and dual control; activities: what they authorised, until when
state        what changes while a module runs, made of the parts here
storage      the user storage; pin_failures: PIN verification and its limits
windows      counts by time: the load
ceremony     LMKs of components; store: the key store that holds them
events       what the audit log tells of; audit: its entries; history: what they add up to
journal      the audit log on disk; offline: log and key store while no module runs
"""
