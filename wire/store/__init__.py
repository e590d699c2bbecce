"""How programs remember: durable when it is said so, whole, and held by one program alone.

`disk` is the one place that asks the operating system for locks, syncs and file modes, and knows
where POSIX and Windows differ. Whoever writes something that must survive builds on it. `files`
keeps others out, and says what to try when a file cannot be used.

A journal in a database, from below:

    trouble             errors of drivers, in one sentence and without the data
    chain               the checksum that ties every row to the one before
    schema, tables      what a group of tables is called, and those that only grow
    engines, database   how SQLite or PostgreSQL is reached, opened, locked and written
    lookup              the rows of the legs that a question names
    reading, verify     all rows or what a start needs, streamed; and whether the chain holds
    journal             `JournalStore` for the program itself, `JournalStoreReader` for the others
"""
