"""What LibreOffice may do to us: say nothing, say too much, hang, crash. A script stands for it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from mailflow.documents.grid import Sheet, grid_from_rows
from mailflow.documents.plain import write_docx
from mailflow.documents.word import read_docx
from mailflow.sight import antiword, bounded, office
from mailflow.sight.office import convert

DOCX = write_docx(Sheet(("优秀学员报名表", grid_from_rows([["姓名", "王小明"]]))))
RTF = b"{\\rtf1 x}"


@pytest.fixture
def office_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that is all of PATH; it holds a docx. What is called soffice there is the test's to write."""
    (tmp_path / "good.docx").write_bytes(DOCX)
    for program in ("prlimit", "cp", "sh", "kill"):
        (tmp_path / program).symlink_to(Path("/usr/bin") / program)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(bounded, "wall", lambda: "")
    return tmp_path


def write_soffice(folder: Path, commands: str) -> None:
    """A soffice that does `commands` for each file; $out and $name (without extension) tell where its docx goes."""
    script = f"""#!/bin/sh
while [ $# -gt 0 ]; do
  case "$1" in
    --outdir) out="$2"; shift 2; mkdir -p "$out"; continue ;;
    --convert-to) shift 2; continue ;;
    -*) shift; continue ;;
  esac
  name=$(basename "$1"); name="${{name%.*}}"
  {commands}
  shift
done
"""
    (folder / "soffice").write_text(script, encoding="utf-8")
    (folder / "soffice").chmod(stat.S_IRWXU)


def test_a_docx_that_was_written_is_handed_over(office_at: Path) -> None:
    write_soffice(office_at, f'cp "{office_at}/good.docx" "$out/$name.docx"')
    [one] = convert([("王小明.rtf", RTF)])
    assert one.docx is not None
    assert one.problem is None
    assert read_docx(one.docx).grids == read_docx(DOCX).grids


@pytest.mark.parametrize(
    "commands",
    [
        pytest.param("true", id="nothing"),
        pytest.param(': > "$out/$name.docx"', id="an empty file"),
        pytest.param('echo "<html>" > "$out/$name.docx"', id="a page"),
        pytest.param('ln -s /etc/hostname "$out/$name.docx"', id="a link"),
        pytest.param('mkdir "$out/$name.docx"', id="a folder"),
        pytest.param("exit 0", id="an early end that says all is well"),
        pytest.param("kill -9 $$", id="a crash"),
    ],
)
def test_only_a_docx_counts_whatever_the_exit_code_says(office_at: Path, commands: str) -> None:
    write_soffice(office_at, commands)
    [one] = convert([("王小明.rtf", RTF)])
    assert (one.docx, one.problem) == (None, "attachment.unreadable")
    assert one.detail


@pytest.mark.parametrize("end", ["kill -9 $$", "while true; do true; done"])
def test_the_files_around_one_that_ends_the_program_are_converted(
    office_at: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setattr(office, "START_SECONDS", 0)
    good = f'cp "{office_at}/good.docx" "$out/$name.docx"'
    write_soffice(office_at, f'case "$name" in 1) {end} ;; *) {good} ;; esac')
    results = convert([(str(number), RTF) for number in range(3)])
    assert [one.problem for one in results] == [None, "attachment.unreadable", None]


def test_a_program_that_only_waits_is_killed_with_what_it_started(
    office_at: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (office_at / "sleep").symlink_to("/usr/bin/sleep")
    monkeypatch.setattr(bounded, "PATIENCE", 0.1)
    pid = office_at / "pid"
    write_soffice(office_at, f'sleep 1000 & echo $! > "{pid}"; wait')
    [one] = convert([("1", RTF)])
    assert one.problem == "attachment.unreadable"
    assert _is_gone(int(pid.read_text()))


def _is_gone(pid: int) -> bool:
    """Whether the process has ended; the system may not have buried it yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] in ("Z", "X")
    except FileNotFoundError:
        return True


def test_many_files_are_a_few_runs(office_at: Path) -> None:
    runs = office_at / "runs"
    write_soffice(office_at, f'echo "$name" >> "{runs}"; cp "{office_at}/good.docx" "$out/$name.docx"')
    results = convert([(str(number), RTF) for number in range(office.MOST_IN_A_RUN + 3)])
    assert all(one.docx for one in results)
    assert len(runs.read_text().split()) == office.MOST_IN_A_RUN + 3


def test_what_is_no_text_document_never_reaches_the_program(office_at: Path) -> None:
    reached = office_at / "reached"
    write_soffice(office_at, f': > "{reached}"')
    results = convert([("1.doc", b"MZ\x90"), ("2.rtf", b""), ("3.odt", b"PK\x03\x04")])
    assert [one.problem for one in results] == [
        "attachment.unsupported",
        "attachment.unsupported",
        "attachment.unreadable",
    ]
    assert not reached.exists()


def test_without_converters_a_file_is_unsupported_and_the_detail_says_what_to_install(office_at: Path) -> None:
    del office_at
    [one] = convert([("1.rtf", RTF)])
    assert one.problem == "attachment.unsupported"
    assert "libreoffice-writer-nogui" in one.detail
    assert "libreoffice-writer-nogui" in (office.available() or "")
    assert "antiword" in (antiword.available() or "")


def test_nothing_is_left_behind(office_at: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    write_soffice(office_at, "kill -9 $$")
    convert([("1.rtf", RTF)])
    assert list(temporary.iterdir()) == []


def test_no_files_are_no_run(office_at: Path) -> None:
    write_soffice(office_at, f': > "{office_at}/ran"')
    assert convert([]) == []
    assert not (office_at / "ran").exists()
