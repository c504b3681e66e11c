"""Which files of a mail belong to which of several applicants. Nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

from mailflow.judge.names import folded, same_name
from mailflow.judge.people import CONTAINERS, NAME, Person, text_of
from mailflow.judge.wrapped import home_mail
from mailflow.model.facts import Facts
from mailflow.model.message import Attachment, Message

_Home = tuple[int | str | None, str | None]
_DECORATION_BYTES = 8_192
_FEWEST_SHARED = 2


def place(
    message: Message, facts: Facts, people: Sequence[Person]
) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """Which files (SHA-256) belong to each of `people`, and which belong to nobody that can be told.

    A form belongs to whom it names, a file with several forms to all of them; any other file to the one whom it names
    inside, else whose name (or 学号) stands in its own name, its folder's or its archive's, from the inside out; else
    to the one whose form came in the same folder, or whom the subject of the mail names in which it came.
    """
    roles = {file.sha256: file.role for file in facts.files}
    lists = {file.sha256 for file in facts.files if file.listed}
    names = {file.sha256: text_of(file.form.fields.get(NAME)) for file in facts.files if file.form is not None}
    homes = _homes(message, people)
    owners = [
        _owners(message, one, names.get(one.sha256), people, map(homes.get, _homes_of(message, at)))
        for at, one in enumerate(message.attachments)
    ]
    for at, one in enumerate(message.attachments):
        if one.container is not None and roles.get(message.attachments[one.container].sha256) not in CONTAINERS:
            owners[at] = owners[one.container]  # a picture pasted into a document
    _disown_shared(message, owners)
    placed: list[dict[str, None]] = [{} for _ in people]
    unplaced: dict[str, None] = {}
    for attachment, mine in zip(message.attachments, owners, strict=True):
        for owner in mine:
            placed[owner][attachment.sha256] = None
        if not mine and roles.get(attachment.sha256) not in CONTAINERS and attachment.sha256 not in lists:
            unplaced[attachment.sha256] = None
    somewhere = {sha256 for files in placed for sha256 in files} | _decorations(message)
    return tuple(tuple(files) for files in placed), tuple(one for one in unplaced if one not in somewhere)


def _disown_shared(message: Message, owners: list[list[int]]) -> None:
    """An archive or mail that holds another's papers too is nobody's, whatever its name says."""
    for at, one in enumerate(message.attachments):
        container = one.container
        while container is not None:
            if owners[container] and set(owners[at]) != set(owners[container]):
                owners[container] = []
            container = message.attachments[container].container


def _decorations(message: Message) -> set[str]:
    """Small pictures shown in the text: a logo under a signature is nobody's paper."""
    return {one.sha256 for one in message.attachments if one.inline and one.size < _DECORATION_BYTES}


def _owners(
    message: Message,
    attachment: Attachment,
    name: str | None,
    people: Sequence[Person],
    neighbours: Iterable[set[int] | None],
) -> list[int]:
    by_form = [at for at, person in enumerate(people) if any(f.sha256 == attachment.sha256 for f in person.forms)]
    if by_form:
        return by_form
    if name is not None:
        by_content = [at for at, person in enumerate(people) if same_name(person.name, name)]
        return by_content if len(by_content) == 1 else []
    for words in _words_around(message, attachment):
        if named := _named_in(words, people):
            return named if len(named) == 1 else _namesake(message, words, named, people)
    near = sorted(next(filter(None, neighbours), ()))
    return near if len(near) == 1 else []


def _namesake(message: Message, words: str, named: Sequence[int], people: Sequence[Person]) -> list[int]:
    """Which of several of one name, by what else stands in the name of his form too: 张伟（人事处）."""
    if len({folded(people[at].name) for at in named}) > 1:
        return []
    name = folded(people[named[0]].name)
    said = folded(words.rpartition(".")[0] or words).replace(name, "\n")
    shared = {}
    for at in named:
        forms = {form.sha256 for form in people[at].forms}
        called = [one.filename or "" for one in message.attachments if one.sha256 in forms]
        stems = (folded(one.rpartition(".")[0] or one).replace(name, "\n") for one in called)
        shared[at] = max((_longest_shared(said, one) for one in stems), default=0)
    most = max(shared.values())
    best = [at for at, length in shared.items() if length == most]
    return best if most >= _FEWEST_SHARED and len(best) == 1 else []


def _longest_shared(one: str, other: str) -> int:
    """How many characters in a row stand in both, the name not counted."""
    parts = [SequenceMatcher(None, mine, theirs) for mine in one.split("\n") for theirs in other.split("\n")]
    return max(part.find_longest_match().size for part in parts)


def _words_around(message: Message, attachment: Attachment) -> Iterator[str]:
    """The file's own name, then its folders' and its containers' names, from the inside out."""
    yield attachment.filename or ""
    where: Attachment | None = attachment
    while where is not None:
        yield from reversed((where.folder or "").split("/"))
        yield where.inside or ""
        where = message.attachments[where.container] if where.container is not None else None


def _homes(message: Message, people: Sequence[Person]) -> dict[_Home, set[int]]:
    """Whose forms came in which folder of which archive or mail, and whose mail is which."""
    homes: dict[_Home, set[int]] = {}
    for at, person in enumerate(people):
        forms = {form.sha256 for form in person.forms}
        for attachment in message.attachments:
            if attachment.sha256 in forms and _box(attachment) is not None:
                homes.setdefault((_box(attachment), attachment.folder), set()).add(at)
                if (mail := home_mail(message, attachment.container)) is not None:
                    homes.setdefault((mail, "mail"), set()).add(at)
        for section in person.sections:
            homes.setdefault((section, "mail"), set()).add(at)
    return homes


def _homes_of(message: Message, at: int) -> Iterator[_Home]:
    """The folder the file at that place lies in, those around it, and the mail that brought it, or that it is."""
    attachment = message.attachments[at]
    folders = (attachment.folder or "").split("/")
    if (box := _box(attachment)) is not None:
        yield (box, attachment.folder)
        for depth in range(len(folders) - 1, 0, -1):
            yield (box, "/".join(folders[:depth]))
    own = home_mail(message, at)
    yield (own if own == at else home_mail(message, attachment.container), "mail")


def _box(attachment: Attachment) -> int | str | None:
    """The archive or mail a file came in, None for one attached by itself."""
    return attachment.container if attachment.container is not None else attachment.inside


def _named_in(words: str, people: Sequence[Person]) -> list[int]:
    """Whose name or 学号 stands in `words`; 王小 is not named where 王小明 is."""
    where = folded(words)
    if not where:
        return []
    by_id = [at for at, person in enumerate(people) if person.study_id and folded(person.study_id) in where]
    found = [at for at, person in enumerate(people) if folded(person.name) in where]
    names = {at: folded(people[at].name) for at in found}
    named = [at for at in found if not any(names[at] != other and names[at] in other for other in names.values())]
    return by_id if len(by_id) == 1 and (not named or by_id[0] in named) else named
