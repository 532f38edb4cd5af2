"""A body is read by the project's own reader only: nothing a person sends is ever spooled to a disk."""

from collections.abc import Callable
from typing import Final, cast

from flask import Request, request
from werkzeug.datastructures import MultiDict

from whistle.web.multipart import FilePart, FileSink, Form, FormLimits, Problem, parse_form

#: More files than this in one sending is no evidence but a flood; the rest can be sent in a message.
FILES: Final = 50
#: A form has some twenty fields and a box for everybody who can be excluded.
FIELDS: Final = 400
#: 100 000 characters in several fields, percent-encoded, must go through.
FORM_BYTES: Final = 4 * 1024 * 1024

FileOpener = Callable[[FilePart], FileSink]


class WhistleRequest(Request):
    """`form` is what could be read; `upload_problem` says what could not. Neither raises."""

    open_file: FileOpener | None = None
    file_limit = 0
    _parsed: Form | None = None

    @property
    def parsed(self) -> Form:
        """The whole form, read on first use; a door that takes files sets `open_file` before."""
        if self._parsed is None:
            self._parsed = self._parse()
        return self._parsed

    @property
    def upload_problem(self) -> Problem | None:
        """Why the form was refused, None when it came whole."""
        return self.parsed.problem

    @property
    def file_parts(self) -> list[tuple[FilePart, FileSink]]:
        """The files that came whole, each with the sink that holds it."""
        return self.parsed.files

    def _parse(self) -> Form:
        return parse_form(
            self.stream,
            content_type=self.content_type or "",
            content_length=self.content_length,
            limits=FormLimits(
                self.file_limit, FILES, FIELDS, FORM_BYTES, FILES * self.file_limit + FORM_BYTES
            ),
            open_file=self.open_file,
            stop_at_files=bool(self.environ.get("whistle.lane_full")),
        )

    def _load_form_data(self) -> None:
        # Werkzeug's own reader, which spools to temporary files, is never reached.
        if "form" not in self.__dict__:
            fields = self.parsed.fields if self.method == "POST" else MultiDict()
            self.__dict__.update(form=fields, files=MultiDict())


def this_request() -> WhistleRequest:
    """The request being answered, as this application's own kind."""
    return cast("WhistleRequest", request)
