"""mailflow reads applications from a mailbox, files them, answers each sender and reports on time.

The life of a message, in the order of the steps (each is a module of that name in `mailflow.steps`):

1. collect   what is new on the IMAP server is spooled under its SHA-256; with that commit it is ours
2. process   a child process reads it (`intake`), its forms and files (`documents`); `judge` decides;
             one transaction files the entry's version and says what the answer must be
3. look      pictures, scans and older documents, which are slow to read, are looked at beside that
4. answer    mails of one sender that came close together get one receipt, posted to the outbox
5. calendar  reports, reminders and digests that are due are posted with their occurrence, once
6. dispatch  the outbox leaves over SMTP: sent, deferred, refused or unknown, as the server said
7. sweep     filed folders are written again where they lag; orphans are removed

The core (`campaign`, `intake`, `documents`, `judge`, `letters`, `reports`) decides and returns values; it does no
I/O and asks no clock. `store` and `wire` are the world. `steps` act; `wiring` puts them together; `daemon` and `cli`
are the two ways in.
"""

__version__ = "0.1.0"
