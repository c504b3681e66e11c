"""Attachments to facts: one reader for a kind of file, the layout of forms, values, and which file is what.

Pure: bytes in, values out. Everything here is a stranger's, so all readers are bounded and run in a child process.
"""
