"""The addresses that the URL functions and types of Python's libraries make; an address is a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urljoin, urlsplit

from msgspec.structs import replace

from residency_lint.expressions import HOLE, Attribute, Call, Constant, Expression, Listing, Text
from residency_lint.resolve.frames import Frame, Value
from residency_lint.resolve.templates import piece_of
from residency_lint.resolve.texts import derived, joined

if TYPE_CHECKING:
    from residency_lint.resolve.values import Resolution

Maker = Callable[[Call, Frame, "Resolution"], Iterator[Value]]


def url_function(names: set[str]) -> Maker | None:
    """What makes an address of a call of one of these qualified names."""
    return next((_FUNCTIONS[name] for name in sorted(names) if name in _FUNCTIONS), None)


def host_part(values: list[Value], attribute: str) -> Iterator[Value]:
    """`netloc`, `hostname`, `host` of an address; its scheme and path as well."""
    for value in values:
        if isinstance(value.content, Text) and attribute in _HOST_ATTRIBUTES:
            yield replace(value, content=_part(value.content, _split(value.content.text).netloc, value))
        elif isinstance(value.content, Text) and attribute in _OTHER_PARTS and "://" in value.content.text:
            part = str(getattr(_split(value.content.text), attribute))
            yield replace(value, content=_part(value.content, part, value))


def _split(url: str) -> SplitResult:
    """The parts of an address; of `https://[x`, which is none and makes a program end, nothing but a path."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", url, "", "")


def _part(url: Text, part: str, value: Value) -> Text:
    """A part of an address, at its own place in the source where that is known."""
    at = url.text.find(part, 0 if url.text.startswith(part) else url.text.find("://") + 3)
    return derived(part, (url,), value) if url.pieces or at < 0 else piece_of(url, at, at + len(part))


def _kept(node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """`urlsplit(url)`, `URL(url)`: the address itself, in another form."""
    given = _given(node, "url", 0) or _given(node, "val", 0)
    if given is not None:
        yield from resolution.values(given, frame.deeper())
    else:
        yield from _built(node, frame, resolution)


def _built(node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """`URL(scheme=…, host=…, path=…)`."""
    host = _given(node, "host") or _given(node, "authority")
    if host is None:
        yield frame.unknown("an address without a host")
        return
    scheme = _given(node, "scheme") or Constant("https", node.span)
    yield from _put_together([scheme, host, _given(node, "path") or Constant("", node.span)], node, frame, resolution)


def _unsplit(node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """`urlunsplit((scheme, host, path, …))`; of an address that was split, the address."""
    for value in resolution.values(node.arguments[0].value, frame.deeper()) if node.arguments else ():
        if isinstance(value.content, Listing) and len(value.content.items) >= 3:
            there = value.frame(frame.depth + 1)
            yield from _put_together(list(value.content.items[:3]), node, there, resolution)
        else:
            yield value


def _put_together(parts: list[Expression], node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    scheme, host, path = parts
    starts = [value.text for value in resolution.values(path, frame.aside())]
    slash = "" if all(text is None or text.startswith("/") or not text for text in starts) else "/"
    glue = (Constant("://", node.span), Constant(slash, node.span))
    yield from joined((scheme, glue[0], host, glue[1], path), node.span, frame, resolution)


def _joined_urls(node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    arguments = [argument.value for argument in node.arguments if not argument.star]
    if len(arguments) < 2:
        yield frame.unknown("a joined address")
        return
    yield from combined(arguments[0], arguments[1:2], _with_reference, frame, resolution)


def combined(
    base: Expression,
    others: list[Expression],
    combine: Callable[[str, str], str],
    frame: Frame,
    resolution: Resolution,
) -> Iterator[Value]:
    """A base with each of the others put to it, one after another."""
    found = list(resolution.values(base, frame.deeper()))
    for other in others:
        found = [
            _combination(one, two, combine) for one in found for two in resolution.values(other, frame.aside().deeper())
        ]
    yield from found


def put_below(bases: list[Value], address: Expression, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """Addresses below each of a client's bases."""
    twos = list(resolution.values(address, frame))
    yield from (_combination(one, two, below) for one in bases for two in twos)


def _combination(one: Value, two: Value, combine: Callable[[str, str], str]) -> Value:
    if not isinstance(one.content, Text):
        return one
    other = two.content if isinstance(two.content, Text) else None
    text = combine(one.content.text, other.text if other else HOLE)
    # An address that names a host itself replaces the base, or all of it but the scheme.
    is_whole = other is not None and bool(_WITH_HOST.match(other.text)) and text.endswith(other.text)
    sources = (*(() if is_whole else (one.content,)), *((other,) if other else ()))
    chain = (*one.chain, *(two.chain if len(two.chain) > 1 else ()))
    return replace(one, content=derived(text, sources, one), fallback=one.fallback or two.fallback, chain=chain)


_WITH_HOST = re.compile(r"(?:[A-Za-z][\w+.-]*:)?//[^/]")


def below(base: str, path: str) -> str:
    """The path below a base, as clients with a base address put it: an absolute address replaces the base."""
    if "://" in path or not path:
        return path or base
    return base.rstrip("/") + "/" + path.lstrip("/")


# --- methods -----------------------------------------------------------------------------------------


def _divided(base: Expression, node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    yield from combined(base, [argument.value for argument in node.arguments], below, frame, resolution)


def _same(base: Expression, node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    yield from resolution.values(base, frame.deeper())


def _with_host(base: Expression, node: Call, frame: Frame, resolution: Resolution) -> Iterator[Value]:
    """`parts._replace(netloc=…)`, `url.copy_with(host=…)`, `url.with_host(…)`."""
    host = _given(node, "netloc") or _given(node, "host")
    if host is None and isinstance(node.function, Attribute) and node.function.name == "with_host":
        host = node.arguments[0].value if node.arguments else None
    path = _given(node, "path")
    if host is None and path is None:
        yield from resolution.values(base, frame.deeper())
        return
    found = list(resolution.values(base, frame.deeper()))
    if any(isinstance(value.content, Call) for value in found):
        yield frame.value(node)  # a named tuple's, or another type's: its fields are asked for
        return
    for combine, other in ((_other_host, host), (_other_path, path)):
        if other is not None:
            twos = list(resolution.values(other, frame.aside().deeper()))
            found = [_combination(one, two, combine) for one in found for two in twos]
    yield from found


def _with_reference(base: str, reference: str) -> str:
    """As `urljoin`; what is no address stays as it is."""
    try:
        return urljoin(base, reference)
    except ValueError:
        return reference


def _other_host(url: str, host: str) -> str:
    return _split(url)._replace(netloc=host).geturl()


def _other_path(url: str, path: str) -> str:
    return _split(url)._replace(path=path).geturl()


def _given(node: Call, name: str, position: int = -1) -> Expression | None:
    named = next((a.value for a in node.arguments if a.name == name), None)
    positional = [a.value for a in node.arguments if not a.name and not a.star]
    return named or (positional[position] if 0 <= position < len(positional) else None)


_OTHER_PARTS = ("scheme", "path")
_HOST_ATTRIBUTES = ("netloc", "hostname", "host")

METHODS: dict[str, Callable[[Expression, Call, Frame, Resolution], Iterator[Value]]] = {
    "__truediv__": _divided,
    "joinpath": _divided,
    "geturl": _same,
    "human_repr": _same,
    "_replace": _with_host,
    "copy_with": _with_host,
    "with_host": _with_host,
    "with_path": _with_host,
}
"""Methods of addresses by name."""

_FUNCTIONS: dict[str, Maker] = {
    "urllib.parse.urljoin": _joined_urls,
    "urllib.parse.urlsplit": _kept,
    "urllib.parse.urlparse": _kept,
    "urllib.parse.urlunsplit": _unsplit,
    "urllib.parse.urlunparse": _unsplit,
    "requests.compat.urljoin": _joined_urls,
    "httpx.URL": _kept,
    "yarl.URL": _kept,
    "yarl.URL.build": _built,
}
