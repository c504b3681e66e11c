"""What the readers' fork server imports once, so that its children start warm and share the pages."""

import gc

import mailflow.documents.extract
import mailflow.documents.pictures
import mailflow.documents.word
import mailflow.intake.read
import mailflow.steps.reading  # noqa: F401

gc.freeze()  # no child looks through the modules for garbage, which would also unshare their pages
