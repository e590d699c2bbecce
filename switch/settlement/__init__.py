"""The end of the bank day: entries of the journal in, batches, postings and files out. Pure.

`movements` reads what was approved and what was reversed from the journal; `totals` counts it into
batches; `ledger` books it, each journal summing to zero; `payouts` says what each merchant gets;
`pain001` and `report` write that for the bank and for people; `close` does all of it for one day,
and `check` goes through the result again by another way. `parties` are those who pay and are paid.

Whoever closes a day reads its entries from the store, closes, stages the files, records the close
in the store, and only then gives the files their names: after a crash in between, do it again.
"""
