"""Attachments to Facts: one reader a kind of file, the layout of forms. Run in a child process."""
