"""A page's fixed words are put into each language once, when its template is compiled."""

from collections.abc import Callable, MutableMapping
from typing import Any, Final

from flask.sansio.app import App
from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.runtime import Context, Macro
from jinja2.visitor import NodeTransformer

from whistle.web.words import catalogue

#: How templates call for a word; `ngettext`, which counts, is left to the moment.
WORD_CALLS: Final = frozenset({"_", "gettext"})

Says = Callable[[str], str]


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
            found = self._languages[id(words)] = self.overlay()
            found.says = words.ugettext
        return found

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The one set of globals that every template here has; none has any of its own."""
        return self.globals if d is None else super().make_globals(d)

    def _generate(self, source: nodes.Template, *names: Any, **options: Any) -> str:
        if self.says is not None:
            _Words(self.says).visit(source)
        return super()._generate(source, *names, **options)


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
