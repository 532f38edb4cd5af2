"""A page's fixed words are put into each language once, when its template is compiled.

Compiling is what the first visitors after a start would wait for, so what came of it lies where Python keeps
what it makes of modules, and is trusted as much: whoever can write there can write the program.
`python -m whistle.web.compile` makes all of it beforehand, for a server that may not write there.
"""

import contextlib
import hashlib
import sys
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any, Final

import jinja2
from flask.sansio.app import App
from flask.templating import Environment
from jinja2 import FileSystemBytecodeCache, Template, nodes
from jinja2.bccache import Bucket
from jinja2.runtime import Context, Macro
from jinja2.visitor import NodeTransformer

from whistle.web.words import catalogue, locale

#: How templates call for a word; `ngettext`, which counts, is left to the moment.
WORD_CALLS: Final = frozenset({"_", "gettext"})

Says = Callable[[str], str]

HERE: Final = Path(__file__)
TRANSLATIONS: Final = HERE.parent / "translations"
COMPILED: Final = HERE.parent / "__pycache__" / "templates"
_READABLE: Final = 0o644  # the program's files belong to root, and its server reads them


class MacroContext(Context):
    """Calls a macro at once, without looking first what else it might want to be given."""

    def call(self, called: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """As the library does it; a page calls its macros a hundred times and more."""
        if type(called) is not Macro:
            return super().call(called, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return called(self.eval_ctx, *args, **kwargs)


class SpokenEnvironment(Environment):
    """Flask's environment, with a further one for each language, in which the words already stand.

    A template of one language includes and extends those of the same language. Nothing but the source of
    the templates and the catalogue goes into what is kept: no fact of any request.
    """

    says: Says | None = None
    kept_in: Path = COMPILED
    context_class = MacroContext

    def __init__(self, app: App, **options: Any) -> None:
        super().__init__(app, **options)
        self._languages: dict[int, SpokenEnvironment] = {}

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 (the library's name for it)
    ) -> Template:
        """The template in the language of this request."""
        if self.says is not None:
            return super().get_template(name, parent, globals)
        return self._spoken().get_template(name, parent, globals)

    def _spoken(self) -> "SpokenEnvironment":
        words = catalogue()
        found = self._languages.get(id(words))  # Flask-Babel keeps one catalogue a language for good
        if found is None:
            spoken = locale()
            kept = Kept(self.kept_in, str(spoken.language) if spoken else "", _options(self))
            found = self._languages[id(words)] = self.overlay(bytecode_cache=kept)
            found.says = words.ugettext
        return found

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The one set of globals that every template here has; none has any of its own."""
        return self.globals if d is None else super().make_globals(d)

    def _generate(self, source: nodes.Template, *names: Any, **options: Any) -> str:
        if self.says is not None:
            _Words(self.says).visit(source)
        return super()._generate(source, *names, **options)


class Kept(FileSystemBytecodeCache):
    """Compiled templates of one language; what was made of anything else is made anew and written over."""

    def __init__(self, folder: Path, language: str, options: str) -> None:
        super().__init__(str(folder), f"{language or 'source'}-%s.page")
        self._made_of = hashlib.sha256(HERE.read_bytes() + _words_of(language) + options.encode())

    def get_source_checksum(self, source: str) -> str:
        """What this template is made of: its source, the language's words, how both are put together."""
        made_of = self._made_of.copy()
        made_of.update(source.encode())
        return made_of.hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what was kept; what cannot be read, for whatever reason, is compiled anew."""
        try:
            super().load_bytecode(bucket)
        except Exception:  # noqa: BLE001 - the library reads damaged bytes as they come
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it for the next start, where that is allowed and Python keeps its own."""
        if sys.dont_write_bytecode:
            return
        with contextlib.suppress(OSError):
            Path(self.directory).mkdir(parents=True, exist_ok=True)
            super().dump_bytecode(bucket)
            Path(self._get_cache_filename(bucket)).chmod(_READABLE)


def _words_of(language: str) -> bytes:
    """The compiled catalogue; English, which stands in the templates, has none."""
    file = TRANSLATIONS / language / "LC_MESSAGES" / "messages.mo"
    return file.read_bytes() if file.is_file() else b""


def _options(environment: Environment) -> str:
    """What else the compiler's result depends on."""
    chosen = (environment.trim_blocks, environment.lstrip_blocks, sorted(environment.extensions))
    return f"{jinja2.__version__} {chosen}"


class _Words(NodeTransformer):
    """Replaces `_("…")` by what it says; its places are filled when the page is made, escaped as ever."""

    def __init__(self, says: Says) -> None:
        self._says = says

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 (the library finds it by this name)
        self.generic_visit(node)
        if not _is_word(node):
            return node
        message = node.args[0].as_const()
        said = self._says(message)
        if not node.kwargs:
            # A message is a pattern also where it has no places: "%%" is one sign.
            return nodes.MarkSafe(nodes.Const(said % {})).set_lineno(node.lineno)
        places = nodes.Dict([nodes.Pair(nodes.Const(one.key), one.value) for one in node.kwargs])
        return nodes.Mod(nodes.MarkSafe(nodes.Const(said)), places).set_lineno(node.lineno)


def _is_word(node: nodes.Call) -> bool:
    named = isinstance(node.node, nodes.Name) and node.node.name in WORD_CALLS
    plain = len(node.args) == 1 and isinstance(node.args[0], nodes.Const)
    return named and plain and node.dyn_args is None and node.dyn_kwargs is None
