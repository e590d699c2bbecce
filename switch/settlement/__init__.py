"""The end of the bank day: rows of the journal in, batches, postings, payouts and files out. Pure.

`days` says which bank days there are, by the journal's cut-over rows; `movements` what was captured
and what was reversed; `totals` counts it into batches; `ledger` books it, each journal summing to
zero; `payouts` says what each merchant gets, or what is in suspense; `formats` write that for the
bank and for people; `close` does all of it for one day, and `check` goes through the
result again by another way. `parties` are those who pay and are paid.

Whoever closes a day reads its movements from the journal, closes, stages the files, records the
close in the books, gives the files their names, and then has the journal say that the day is
closed: after a crash anywhere in between, doing it again comes to the same.

`answers` reads what a bank answers, `matching` holds it against what was ordered, `standing` says
what of it is owed again and what waits, and `entries` chains it all in the books.
"""
