"""Slow looks at files, taken in processes of their own: what the quick readers cannot tell is seen here.

Nothing here says what a sight means: `documents` does. Everything looked at is a stranger's, so time, memory and what
may be written are bounded by the system, and there is no network. Pictures and scans need the extra `ocr`.
"""
