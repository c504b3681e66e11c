"""The demonstration: made-up mails through the real steps, real sockets and a virtual clock."""
