"""What is said to a client before an application is asked: a plain sentence, nothing of what was sent."""

from http import HTTPStatus

from whistle.errors import WhistleError


class BadRequest(WhistleError):
    """The request cannot be handed on; `status` says why. Its text never holds anything that was sent."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


_SENTENCES = {
    HTTPStatus.LENGTH_REQUIRED: "Send the length of the body (Content-Length). Ange innehållets längd.",
    HTTPStatus.REQUEST_TIMEOUT: "This came too slowly. Send it again. Det kom för långsamt. Skicka igen.",
    HTTPStatus.REQUEST_URI_TOO_LONG: "The address is too long. Adressen är för lång.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "The headers are too large. Anropets huvud är för stort.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong here. Något gick fel här.",
}
_ANY = "The request could not be understood. Anropet gick inte att förstå."

_HEADERS = (
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Cache-Control: no-store\r\n"
    "Content-Security-Policy: default-src 'none'\r\n"
    "Referrer-Policy: same-origin\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Connection: close\r\n"
)


def plain_answer(status: HTTPStatus) -> bytes:
    """A whole HTTP/1.1 answer, after which the connection is closed."""
    sentence = f"{status.value} {_SENTENCES.get(status, _ANY)}\n".encode()
    head = f"HTTP/1.1 {status.value} {status.phrase}\r\n{_HEADERS}Content-Length: {len(sentence)}\r\n\r\n"
    return head.encode("ascii") + sentence
