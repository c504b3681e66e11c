"""What the host needs before pictures can be looked at; told without loading any of it."""

from __future__ import annotations

from importlib.util import find_spec

PACKAGES = ("numpy", "cv2", "onnxruntime", "rapidocr", "pypdfium2", "pi_heif")


def missing() -> str | None:
    """Why no picture can be looked at here, in one line that says what to do; None where one can."""
    lacking = [package for package in PACKAGES if find_spec(package) is None]
    if not lacking:
        return None
    return f"pictures and scans are not read: {', '.join(lacking)} not installed (pip install 'mailflow[ocr]')"
