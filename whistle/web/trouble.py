"""Why a form comes back: a status, a sentence for each field, and when to come back."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Trouble:
    """Why a form comes back. `errors` are (id of the field, sentence); `retry_after` in seconds."""

    status: int
    errors: tuple[tuple[str, str], ...] = ()
    text: str = ""
    title: str = ""
    retry_after: int | None = None

    def at(self, field: str) -> str:
        """The sentence for one field, empty when nothing is wrong with it."""
        return next((says for name, says in self.errors if name == field), "")
