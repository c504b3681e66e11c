"""Values go into JSON and come back the same, whatever a sender wrote."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from mailflow.model.campaign import Severity
from mailflow.model.entry import Check, Compared, FiledFile, Finding, Mark, Relation, Seen, Submission, Verdict
from mailflow.model.facts import FormReading, Role, Shown, Value
from mailflow.model.judgement import Disposition, Judgement
from mailflow.model.sight import Seal
from mailflow.store.codec import from_plain, to_plain
from mailflow.store.holding import Content

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values: st.SearchStrategy[Value] = st.one_of(
    texts, st.integers(-(10**15), 10**15), st.floats(allow_nan=False, allow_infinity=False), st.dates()
)
fields = st.dictionaries(st.sampled_from(["name", "total_points", "captured_on", "participation"]), values)
findings = st.builds(Finding, texts, st.sampled_from(Severity), texts, st.none() | texts, for_reviewer=st.booleans())
compared = st.builds(Compared, texts, texts, texts, texts, st.none() | st.booleans())
seen = st.none() | st.sampled_from(Seen)
checks = st.builds(Check, texts, texts, st.sampled_from(Mark), texts, seen, st.lists(compared, max_size=2).map(tuple))
shown = st.builds(Shown, st.sampled_from(Role), fields, st.booleans())
scans = st.builds(FormReading, texts, st.lists(texts, max_size=2).map(tuple), fields)
files = st.builds(
    FiledFile,
    texts,
    st.none() | texts,
    st.sampled_from(Role),
    texts,
    st.integers(0, 10**9),
    shown=st.none() | shown,
    scan=st.none() | scans,
    seal=st.none() | st.sampled_from(Seal),
    pixels=st.none() | texts,
)
contents = st.builds(
    Content,
    fields,
    st.lists(findings, max_size=2).map(tuple),
    st.lists(checks, max_size=2).map(tuple),
    st.lists(files, max_size=2).map(tuple),
)


@given(contents)
def test_an_entrys_content_survives(content: Content) -> None:
    back = from_plain(Content, json.loads(json.dumps(to_plain(content))))
    assert back == content
    assert {key: type(value) for key, value in back.fields.items()} == {
        key: type(value) for key, value in content.fields.items()
    }


@given(texts, fields, st.lists(files, max_size=2).map(tuple))
def test_a_judgement_survives(name: str, held: dict[str, Value], kept: tuple[FiledFile, ...]) -> None:
    one = Submission(name, "announcer", None, None, None, Verdict.HELD, Relation.CONFLICT, fields=held, files=kept)
    judgement = Judgement(Disposition.ENTRY, None, (one,), unplaced=(name,))
    assert from_plain(Judgement, json.loads(json.dumps(to_plain(judgement)))) == judgement


def test_a_version_from_before_pictures_were_read_is_read_as_one_without_sights() -> None:
    old = {
        "fields": {"name": "王小明"},
        "findings": [],
        "checks": [{"where": "photo", "label": "生活工作照1张", "mark": "met", "detail": "照片.jpg"}],
        "files": [{"sha256": "a", "filename": "照片.jpg", "role": "photo", "media_type": "image/jpeg", "size": 10}],
    }
    back = from_plain(Content, old)
    assert back.files == (FiledFile("a", "照片.jpg", Role.PHOTO, "image/jpeg", 10),)
    assert back.checks == (Check("photo", "生活工作照1张", Mark.MET, "照片.jpg"),)
    assert back.files[0].shown is None


def test_a_text_that_looks_like_a_day_stays_a_text() -> None:
    back = from_plain(Content, to_plain(Content({"one": "2020-08-20", "two": date(2020, 8, 20)})))
    assert back.fields == {"one": "2020-08-20", "two": date(2020, 8, 20)}


def test_half_a_character_does_not_make_a_row_unreadable() -> None:
    back = from_plain(Content, to_plain(Content({"name": "王\ud800明"})))
    assert back.fields == {"name": "王?明"}


def test_an_instant_keeps_its_zone() -> None:
    assert to_plain(datetime(2020, 8, 20, tzinfo=UTC)) == "2020-08-20T00:00:00+00:00"
