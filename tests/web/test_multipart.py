"""A form is read whole whatever pieces it comes in; a refused one keeps its text and aborts files once."""

import io
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.formparser import MultiPartParser

from tests.web.multipart_bodies import (
    BOUNDARY,
    LIMITS,
    Cut,
    Opener,
    Pieces,
    Sink,
    file_part,
    multipart,
    read,
    text_part,
)
from whistle.errors import TooLarge
from whistle.web.multipart import FilePart, FormLimits, ProblemKind, parse_form

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
named = words.filter(lambda name: "%" not in name)
contents = st.one_of(
    st.binary(max_size=300),
    st.text("\r\n-Wabc" + BOUNDARY, max_size=80)
    .map(str.encode)
    .filter(lambda data: b"\r\n--" + BOUNDARY.encode() not in b"\r\n" + data + b"\r\n--"),
)
piece_sizes = st.lists(st.integers(1, 70), min_size=1, max_size=5)


@given(
    st.lists(st.tuples(named, words), max_size=4),
    st.lists(st.tuples(named, named.filter(bool), contents), max_size=3),
    piece_sizes,
)
def test_text_and_files_come_back_whatever_the_pieces(
    texts: list[tuple[str, str]], files: list[tuple[str, str, bytes]], sizes: list[int]
) -> None:
    opener = Opener()
    parts = [text_part(name, value.encode()) for name, value in texts]
    body = multipart(*parts, *[file_part(*one) for one in files])
    form = read(body, opener, sizes=sizes)
    assert form.problem is None
    assert list(form.fields.items(multi=True)) == list(_by_first_seen(texts))
    assert [(part.field, part.filename) for part, _ in form.files] == [(one[0], one[1]) for one in files]
    assert [bytes(sink.data) for sink in opener.sinks] == [one[2] for one in files]
    assert [(sink.finished, sink.aborted) for sink in opener.sinks] == [(1, 0)] * len(files)


def _by_first_seen(texts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    order = list(dict.fromkeys(name for name, _ in texts))
    return sorted(texts, key=lambda text: order.index(text[0]))


@given(st.lists(st.tuples(st.text("abc", min_size=1), contents), max_size=4), piece_sizes)
def test_a_well_made_form_is_read_as_werkzeug_reads_it(
    files: list[tuple[str, bytes]], sizes: list[int]
) -> None:
    body = multipart(text_part("note", b"hello"), *[file_part(name, "f.bin", data) for name, data in files])
    opener = Opener()
    read(body, opener, sizes=sizes, limits=FormLimits(10_000, 10, 10))
    fields, theirs = MultiPartParser(stream_factory=lambda **_: io.BytesIO()).parse(
        io.BytesIO(body), BOUNDARY.encode(), len(body)
    )
    assert fields["note"] == "hello"
    assert sorted(bytes(sink.data) for sink in opener.sinks) == sorted(
        one.read() for name in theirs for one in theirs.getlist(name)
    )


@given(st.lists(st.tuples(words, words), max_size=6), piece_sizes)
def test_a_urlencoded_form_comes_back(texts: list[tuple[str, str]], sizes: list[int]) -> None:
    form = read(urlencode(texts).encode(), sizes=sizes, content_type="application/x-www-form-urlencoded")
    assert form.problem is None
    assert list(form.fields.items(multi=True)) == _by_first_seen(texts)


@given(st.binary(max_size=400), st.text(max_size=80), piece_sizes, st.integers(0, 1), st.integers(0, 500))
def test_garbage_never_raises(body: bytes, kind: str, sizes: list[int], stop: int, length: int) -> None:
    for content_type in (kind, f"multipart/form-data; boundary={kind}", "application/x-www-form-urlencoded"):
        read(body, sizes=sizes, content_type=content_type, content_length=length, stop_at_files=bool(stop))


MARKS = [b"--" + BOUNDARY.encode(), b"\r\n", b"--", b"\n", b":", b"a", b'name="', b";", b"\0", b"\xff"]
HEADS = [b'Content-Disposition: form-data; name="x"', b'; filename="y"']


@given(st.lists(st.sampled_from(MARKS + HEADS), max_size=40), piece_sizes)
def test_pieces_of_a_form_in_any_order_never_raise(pieces: list[bytes], sizes: list[int]) -> None:
    body = b"".join(pieces)
    opener = Opener()
    form = read(body, opener, sizes=sizes)
    assert all(sink.aborted == (form.problem is not None) for sink in opener.sinks)


@settings(max_examples=60)
@given(st.data(), piece_sizes)
def test_a_body_that_stops_half_way_keeps_whole_fields_and_aborts_each_file_once(
    data: Any, sizes: list[int]
) -> None:
    parts = [
        text_part("subject", b"boots"),
        text_part("what", "gömd".encode()),
        file_part("a", "a.png", b"1" * 90),
    ]
    body = multipart(*parts, file_part("a", "b.png", b"2" * 50), text_part("late", b"words"))
    stop = data.draw(st.integers(0, len(body) - 5))
    opener = Opener()
    form = read(body[:stop], opener, sizes=sizes, content_length=len(body))
    assert form.problem.kind is ProblemKind.TRUNCATED
    whole = {"subject": b"boots\r\n--", "what": "gömd\r\n--".encode(), "late": b"words\r\n--"}
    came = {name for name, value in whole.items() if value + BOUNDARY.encode() in body[:stop]}
    assert set(form.fields) == came
    assert form.files == []
    assert [sink.aborted for sink in opener.sinks] == [1] * len(opener.sinks)


def test_a_connection_that_breaks_is_a_body_that_stops_half_way() -> None:
    body = multipart(text_part("what", b"hello"), file_part("a", "a.png", b"1" * 90))
    kind, stream = f"multipart/form-data; boundary={BOUNDARY}", Cut(body[:-40])
    form = parse_form(stream, content_type=kind, content_length=len(body), limits=LIMITS, open_file=Opener())
    assert (form.problem and form.problem.kind, form.fields["what"]) == (ProblemKind.TRUNCATED, "hello")


def test_a_file_over_the_limit_stops_the_reading_at_once_and_keeps_the_text() -> None:
    opener = Opener()
    body = multipart(
        text_part("what", b"hello"), file_part("a", "ok.png", b"1"), file_part("a", "big", b"2" * 500_000)
    )
    stream = Pieces(body, [1000])
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    form = parse_form(stream, content_type=kind, content_length=len(body), limits=LIMITS, open_file=opener)
    assert form.problem is not None
    assert (form.problem.kind, form.problem.name, form.problem.limit) == (
        ProblemKind.FILE_TOO_LARGE,
        "big",
        10_000,
    )
    assert form.fields["what"] == "hello"
    assert [(sink.finished, sink.aborted) for sink in opener.sinks] == [(1, 1), (0, 1)]
    assert stream.read_so_far < 13_000


def test_a_file_of_exactly_the_limit_is_taken() -> None:
    assert read(multipart(file_part("a", "x", b"1" * 10_000))).problem is None
    assert read(multipart(file_part("a", "x", b"1" * 10_001))).problem.kind is ProblemKind.FILE_TOO_LARGE


def test_a_body_announced_too_long_is_refused_before_its_first_file_is_opened() -> None:
    opener = Opener()
    body = multipart(text_part("what", b"hello"), file_part("a", "f", b"2"))
    form = read(body, opener, content_length=1_000_001)
    assert (form.problem.kind, form.problem.limit) == (ProblemKind.FILE_TOO_LARGE, 1_000_000)
    assert (form.fields["what"], opener.sinks) == ("hello", [])


def test_a_full_lane_keeps_the_text_and_opens_no_file() -> None:
    opener = Opener()
    body = multipart(text_part("what", b"hello"), file_part("a", "", b""), file_part("a", "f", b"2"))
    form = read(body, opener, stop_at_files=True)
    assert (form.problem.kind, form.fields["what"], opener.sinks) == (ProblemKind.LANE_FULL, "hello", [])


def test_a_full_lane_that_hands_over_only_the_beginning_says_that_it_is_full() -> None:
    body = multipart(text_part("what", b"hello"), text_part("long", b"x" * 500), file_part("a", "f", b"2"))
    form = read(body[:300], content_length=len(body), stop_at_files=True)
    assert (form.problem.kind, dict(form.fields)) == (ProblemKind.LANE_FULL, {"what": "hello"})


def test_a_file_input_left_empty_leaves_nothing() -> None:
    opener = Opener()
    form = read(multipart(file_part("a", "", b"", b"application/octet-stream"), text_part("b", b"c")), opener)
    assert (form.problem, form.files, opener.sinks, form.fields["b"]) == (None, [], [], "c")


def test_an_empty_file_with_a_name_is_a_file() -> None:
    assert [part.filename for part, _ in read(multipart(file_part("a", "empty.txt", b""))).files] == [
        "empty.txt"
    ]


def test_a_thousand_files_are_too_many() -> None:
    opener = Opener()
    form = read(multipart(text_part("t", b"x"), *[file_part("a", f"{n}", b"1") for n in range(1000)]), opener)
    assert (form.problem.kind, form.problem.limit, form.fields["t"]) == (ProblemKind.TOO_MANY_FILES, 3, "x")
    assert [sink.aborted for sink in opener.sinks] == [1, 1, 1]


def test_a_door_that_takes_no_files_refuses_one() -> None:
    form = read(multipart(text_part("t", b"x"), file_part("a", "f", b"1")), open_file=None)
    assert (form.problem.kind, form.fields["t"]) == (ProblemKind.TOO_MANY_FILES, "x")


@pytest.mark.parametrize("blank", [text_part("n", b""), file_part("a", "", b"")])
def test_fields_without_end_are_too_many(blank: bytes) -> None:
    assert read(multipart(*[blank] * 9)).problem.kind is ProblemKind.TOO_MANY_FIELDS
    assert read(multipart(*[blank] * 8)).problem is None


def test_urlencoded_fields_without_end_are_too_many_and_the_first_are_kept() -> None:
    form = read(b"&".join(b"n=%d" % n for n in range(50)), content_type="application/x-www-form-urlencoded")
    assert form.problem.kind is ProblemKind.TOO_MANY_FIELDS
    assert form.fields.getlist("n") == [str(n) for n in range(8)]


def test_text_over_the_limit_is_refused_and_earlier_text_kept() -> None:
    form = read(multipart(text_part("a", b"kept"), text_part("b", b"x" * 50_000)))
    assert (form.problem.kind, dict(form.fields)) == (ProblemKind.FORM_TOO_LARGE, {"a": "kept"})
    form = read(b"a=kept&b=" + b"x" * 50_000, content_type="application/x-www-form-urlencoded")
    assert (form.problem.kind, dict(form.fields)) == (ProblemKind.FORM_TOO_LARGE, {"a": "kept"})


def test_a_urlencoded_body_cut_short_keeps_its_whole_fields() -> None:
    form = read(b"a=kept&b=ha", content_type="application/x-www-form-urlencoded", content_length=20)
    assert (form.problem.kind, dict(form.fields)) == (ProblemKind.TRUNCATED, {"a": "kept"})


@pytest.mark.parametrize("bad", [b"h\xe4llo", b"h\0llo", b"h\xed\xa0\x80llo"])
def test_text_that_cannot_be_kept_is_shown_as_far_as_readable_and_files_are_not_opened(bad: bytes) -> None:
    opener = Opener()
    body = multipart(text_part("one", bad), text_part("two", b"kept"), file_part("a", "f", b"1"))
    form = read(body, opener)
    assert (form.problem.kind, form.problem.name) == (ProblemKind.BAD_TEXT, "one")
    assert form.fields["one"].startswith("h\ufffd")
    assert (form.fields["two"], opener.sinks) == ("kept", [])


def test_bad_text_after_a_file_aborts_the_file() -> None:
    opener = Opener()
    form = read(
        multipart(file_part("a", "f", b"1"), text_part("one", b"\xff"), text_part("two", b"kept")), opener
    )
    assert (form.problem.kind, form.fields["two"], form.files) == (ProblemKind.BAD_TEXT, "kept", [])
    assert [(sink.finished, sink.aborted) for sink in opener.sinks] == [(1, 1)]


@pytest.mark.parametrize(
    "name",
    [
        "å" * 4000,
        "🕊" * 4000,
        r"C:\new\table.txt",
        "../../etc/passwd",
        'a"b.txt',
        "two\r\nlines",
        "100%25.txt",
        "a;b=c.txt",
    ],
)
def test_a_file_name_comes_as_the_browser_knew_it(name: str) -> None:
    (part, _), = read(multipart(file_part("a", name, b"1"))).files  # fmt: skip
    assert (part.filename, part.content_type) == (name, "image/png")


def test_a_file_name_without_end_is_refused() -> None:
    assert read(multipart(file_part("a", "x" * 25_000, b"1"))).problem.kind is ProblemKind.BROKEN


@pytest.mark.parametrize(
    "body",
    [
        b"no boundary at all" * 200,
        multipart(b"X: y\r\n\r\nvalue"),
        multipart(b"Content-Disposition: attachment; name=x\r\n\r\nvalue"),
        multipart(text_part("a", b"b")).replace(b"Abc123\r\n", b"Abc123 and more\r\n"),
        multipart(text_part("a", b"b")).replace(b"Abc123\r\n", b"Abc123" + b" " * 100),
    ],
)
def test_what_no_browser_writes_is_refused(body: bytes) -> None:
    assert read(body).problem.kind is ProblemKind.BROKEN


def test_a_form_is_refused_by_its_kind() -> None:
    assert read(b"{}", content_type="application/json").problem.kind is ProblemKind.BROKEN
    assert read(b"x", content_type="multipart/form-data").problem.kind is ProblemKind.BROKEN
    assert read(b"", content_type="").problem is None


def test_the_end_of_the_body_is_read_so_that_the_connection_can_be_used_again() -> None:
    body = multipart(text_part("a", b"b")) + b"epilogue"
    stream = Pieces(body, [len(body) - 12])
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    parse_form(stream, content_type=kind, content_length=len(body), limits=LIMITS, open_file=None)
    assert stream.read_so_far == len(body)


class Full(Sink):
    def write(self, _: bytes | memoryview) -> None:
        raise OSError(28, "no space")


class Sealed(Sink):
    def write(self, _: bytes | memoryview) -> None:
        raise TooLarge("sealed.bin", 7)


def test_a_disk_that_is_full_goes_to_the_caller_after_every_file_was_aborted() -> None:
    first, second = Sink(FilePart("", "", "")), Full(FilePart("", "", ""))
    sinks = iter([first, second])
    with pytest.raises(OSError, match="no space"):
        read(multipart(file_part("a", "1", b"1"), file_part("a", "2", b"2")), open_file=lambda _: next(sinks))
    assert (first.aborted, second.aborted) == (1, 1)


def test_a_sink_may_say_that_a_file_is_too_large() -> None:
    form = read(multipart(text_part("t", b"x"), file_part("a", "1", b"1")), open_file=Sealed)
    assert (form.problem.kind, form.problem.name, form.problem.limit) == (
        ProblemKind.FILE_TOO_LARGE,
        "sealed.bin",
        7,
    )
