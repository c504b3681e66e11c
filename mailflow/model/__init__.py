"""The nouns. Frozen values without I/O or clock; everything else imports these and they import nothing of ours."""
