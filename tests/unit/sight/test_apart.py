"""A look needs no network and bounded memory; without the extra `ocr` everything else goes on."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from mailflow.errors import MailflowError
from mailflow.model.sight import Look
from mailflow.sight import installed, picture
from mailflow.sight.look import MEMORY_BYTES, look_at
from mailflow.testing.drawn import WORDS, encoded, screen
from mailflow.testing.scans import form_page, photographed

LOOKING = """
import json, resource, sys
def refuse(event, _):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"}:
        raise SystemExit(f"it asked for the network: {event}")
sys.addaudithook(refuse)
from pathlib import Path
from mailflow.model.sight import Look
from mailflow.sight.look import look_at
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]),) * 2)
for name in sys.argv[2:]:
    sight = look_at(Path(name).read_bytes(), Look.PICTURE)
    print(json.dumps([sight.problem, sight.detail, [line.text for page in sight.pages for line in page.lines]]))
"""
BARRED = """
import sys
class Barred:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"numpy", "cv2", "onnxruntime", "rapidocr", "pi_heif"}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Barred())
import mailflow.cli, mailflow.daemon, mailflow.steps.reading, mailflow.sight.look
"""


def without_network() -> list[str]:
    """What to put before a command so that it has no network; nothing where this host does not let us."""
    cut_off = ["unshare", "--net"]
    if not shutil.which("unshare") or subprocess.run([*cut_off, "true"], capture_output=True, check=False).returncode:
        return []
    return cut_off


def test_pictures_are_read_without_network_and_in_bounded_memory(tmp_path: Path) -> None:
    (tmp_path / "screen.jpg").write_bytes(encoded(screen(1080, 2340)))
    (tmp_path / "photo.jpg").write_bytes(encoded(photographed(form_page()).resize((3000, 4000))))
    (tmp_path / "large.jpg").write_bytes(encoded(screen(4200, 9100)))
    command = [*without_network(), sys.executable, "-c", LOOKING, str(MEMORY_BYTES)]
    run = subprocess.run([*command, *sorted(map(str, tmp_path.iterdir()))], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    large, photo, small = map(json.loads, run.stdout.splitlines())
    assert [sight[:2] for sight in (large, photo, small)] == [[None, ""]] * 3
    assert set(WORDS) <= set(small[2])
    assert set(WORDS) <= set(large[2])
    assert "90017734205518" in photo[2]


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("std::bad_alloc"), ValueError("Insufficient memory")])
def test_too_little_memory_is_a_finding(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_content: bytes) -> NoReturn:
        raise error

    monkeypatch.setattr(picture, "decode", fail)
    sight = look_at(b"anything", Look.PICTURE)
    assert (sight.problem, sight.detail) == ("attachment.too-large", "it takes more memory than one look may")


def test_without_the_extra_the_rest_is_there() -> None:
    subprocess.run([sys.executable, "-c", BARRED], check=True)


def test_what_is_missing_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    assert installed.missing() is None
    monkeypatch.setattr(installed, "find_spec", lambda name: None if name == "rapidocr" else object())
    told = installed.missing()
    assert told is not None
    assert "rapidocr" in told
    assert "mailflow[ocr]" in told
    with pytest.raises(MailflowError, match=r"mailflow\[ocr\]"):
        look_at(b"", Look.PICTURE)
