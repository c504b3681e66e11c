"""The world: IMAP and SMTP, their errors told apart, the providers' quirks."""
