"""What stands around a text in source code: the name it gets, the call it goes to, a comparison."""

from __future__ import annotations

import re

from msgspec import Struct

from residency_lint.facts import Role

_WINDOW = 200
"""Characters looked at before a text; a fixed number, so that a long line costs no more than a short one."""

_COMPARING = frozenset(
    "equals equalsIgnoreCase includes startsWith endsWith contains containsKey match matches test indexOf lastIndexOf "
    "search eql? eq start_with? end_with? starts_with ends_with include? includes? HasPrefix HasSuffix EqualFold "
    "Equal StartsWith EndsWith Contains IndexOf hasPrefix hasSuffix strpos stripos str_contains str_starts_with strcmp "
    "strcasecmp strncmp preg_match in_array startswith endswith has contentEquals compareTo localeCompare".split()
)
_IMPORTING = frozenset(
    "import from require require_relative require_once include include_once use package part export load "
    "library".split()
)
_PRINTING = re.compile(
    r"(?:console|(?:\w+\.)*(?:log|logger|logging|slog|Log|LOG|LOGGER|Logger|zap|logrus|Timber))\.\w+!?$|(?:log|logger)$"
    r"|log[A-Z_]\w*$|(?:\w+\.)*(?:print|println|printf|eprint|eprintln|debugPrint|print_r)!?$|puts$|p$|pp$|echo$|warn$"
    r"|fmt\.(?:Print|Fprint|Errorf)\w*$|errors\.New$|System\.(?:out|err)\.\w+$|Console\.Write\w*$|NSLog$|var_dump$"
    r"|(?:[\w.\\]|::)*(?:Error|Exception)(?:\.new)?$|(?:panic|unreachable|todo|bail|anyhow)!?$|raise$|throw$|die$|abort$"
    r"|fail$|alert$|error_log$|trigger_error$|(?:info|debug|error|trace|warn)!$|t\.(?:Log|Error|Fatal)f?$"
)
_ASSERTING = re.compile(
    r"(?:[\w.]*\.)?(?:assert\w*!?|assert\.\w+|require\.(?:Equal|NoError)\w*|expect|nock|should\w*|toBe|toEqual|toMatch\w*"
    r"|toHave\w*|toContain|toThrow\w*|deepEqual|strictEqual|stub_request|Expect|XCTAssert\w*)$"
)
_AFTER = re.compile(
    r"\s*(?:[!=]==?(?!>)|\.(?:equals|equalsIgnoreCase|includes|contains|indexOf|match|test|startsWith|endsWith|eql\?"
    r"|include\?)\s*\()"
)
_ITEM = re.compile(r"\[\s*[\"':]([^\"'\[\]\n]{1,80})[\"']?\s*\]$")
_QUOTED = re.compile(r"[\"'`]([^\"'`\n]{1,80})[\"'`]$")
_LITERALS = frozenset(("array", "Object.freeze", "mapOf", "listOf", "Map.of", "List.of", "Arrays.asList", "setOf"))
_KEYWORDS = frozenset(
    "if elif elsif unless while for foreach switch catch const var let val type return typeof".split()
)
_MAPPED = re.compile(r"\s*(?:=>|:(?![:=]))")
_WORDS_BEFORE = frozenset("return default yield await in of else and not then do new".split())


class Before(Struct, frozen=True):
    """`key`: the name that gets the text; `callee`: the call or statement word it stands behind, as written."""

    key: str = ""
    callee: str = ""
    is_compared: bool = False


def before(text: str, position: int) -> Before:
    """What stands directly before a text or an opening bracket."""
    window = text[max(0, position - _WINDOW) : position].rstrip()
    if window.endswith(("===", "!==", "==", "!=", "=~", "!~")):
        return Before(is_compared=True)
    if window.endswith("("):
        return _call(window[:-1].rstrip(" \t"))
    if window.endswith((":", "=", "=>", "<-")) and not window.endswith("::"):
        return Before(key=_key(window))
    if window.endswith(("||", "??", "?:", " or")):
        return _fallback(window)
    word = _name(window).strip("?!")
    if word in ("case", "when"):
        return Before(is_compared=True)
    is_statement = bool(word) and word not in _WORDS_BEFORE and text[position - 1 : position].isspace()
    return Before(callee=word if is_statement else "")


def is_compared_after(text: str, position: int) -> bool:
    """Whether a comparison or a search follows a text or a list."""
    return bool(_AFTER.match(text, position))


def is_key(text: str, opening: int, after: int) -> bool:
    """Whether a text inside brackets is a key; in `a ? "b" : "c"` it is not."""
    return bool(_MAPPED.match(text, after)) and not text[max(0, opening - 20) : opening].rstrip().endswith("?")


def role_of_call(callee: str) -> Role | None:
    """What a call does with a text given to it; None when that cannot be told."""
    if not callee:
        return None
    last = re.split(r"\.|::|->", callee)[-1]
    if _ASSERTING.match(callee):
        return Role.ASSERTED
    if _PRINTING.match(callee) or _PRINTING.match(last):
        return Role.PRINTED
    if last in _COMPARING:
        return Role.COMPARED
    return Role.IDENTIFIER if callee in _IMPORTING else None


def _call(window: str) -> Before:
    """The call a text is given to; `x = array(` and the like are literals and get the name."""
    callee = _name(window).strip(".?")
    if callee not in _LITERALS:
        return Before(callee="" if callee in _KEYWORDS else callee)
    ahead = window[: len(window) - len(callee)].rstrip()
    return Before(key=_key(ahead) if ahead.endswith((":", "=", "=>")) else "")


def _fallback(window: str) -> Before:
    """`host: process.env.HOST || "…"`: the name assigned, or else the one looked up."""
    rest = window[:-2].rstrip()
    looked_up = _key(rest + "=")
    rest = rest[: -len(_name(rest)) or None].rstrip()
    if rest.endswith((":", "=")) and not rest.endswith(("==", "::")):
        return Before(key=_key(rest))
    return Before(key=looked_up)


def _key(window: str) -> str:
    """The name before `=`, `:`, `=>`, `:=`, `||=`; the last part of a dotted one."""
    rest = window.rstrip(":=>|?+<- \t\n")
    found = _ITEM.search(rest) if rest.endswith("]") else _QUOTED.search(rest) if rest[-1:] in "\"'`" else None
    if found:
        return found[1]
    name = _name(rest)
    ahead = rest[: len(rest) - len(name)].rstrip()
    if window.endswith("=") and ahead.endswith(":") and not ahead.endswith("::"):
        name = _name(ahead[:-1].rstrip("? ")) or name  # `url: string = "…"`
    return re.split(r"\.|::|->", name)[-1].strip("$@!?")


def _name(window: str) -> str:
    """The dotted name at the end of a text: `a.b`, `A::B.new`, `$this->x`, `println!`."""
    end = start = len(window)
    if window.endswith(("!", "?")):
        start -= 1
    while start > 0:
        character = window[start - 1]
        if character.isalnum() or character in "_.$@\\":
            start -= 1
        elif window.endswith(("::", "->"), 0, start):
            start -= 2
        else:
            break
    return window[start:end]
