"""For tests and the demo: mails, forms, embedded servers, a clock that is set."""
