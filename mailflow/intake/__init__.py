"""Bytes to Message: characters, headers, parts, the subject line, etiquette. Pure."""
