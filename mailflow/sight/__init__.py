"""Slow looks at files: the words, seals and ruled tables of pictures and scans. Needs the extra `ocr`.

Meant for a process of its own that lives long (the models are loaded once) and is bounded by the system: what the
pictures of strangers make native libraries do cannot be bounded from within.
"""
