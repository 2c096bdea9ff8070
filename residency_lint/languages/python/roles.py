"""What Python code does with a value, told from the names around it; no vendor is known here."""

from __future__ import annotations

import re

from residency_lint.facts import Role

_PRINTS = re.compile(
    r"(?:^|\.)(?:print|pprint|echo|secho|rprint|warn|stdout\.write|stderr\.write|print_exc"
    r"|(?:\w*log(?:ger|ging)?\w*|LOG(?:GER)?)(?:\(\)|\.\w+\(\))?\.(?:debug|info|warn|warning|error|critical|exception|log|trace|success)"
    r"|console\.(?:print|log|rule)|messages\.\w+|input|getpass)$",
    re.IGNORECASE,
)
_COMPARES = re.compile(
    r"(?:^|\.)(?:startswith|endswith|find|rfind|index|rindex|count|removeprefix|removesuffix|fnmatch|fnmatchcase"
    r"|__contains__|objects(?:\.\w+(?:\(.*\))?)*\.(?:filter|exclude|get)|re\.(?:compile|match|search|fullmatch|findall|finditer|sub|subn|split)|regex\.\w+)$"
)
_ASSERTS = re.compile(
    r"(?:^|\.)(?:assert\w*|(?:mock\w*\.)?patch(?:\.\w+)?|monkeypatch\.\w+|responses\.\w+|requests?_mock(?:er)?\.\w+"
    r"|httpretty\.\w+|respx\.\w+|aioresponses\w*(?:\.\w+)?|mocker\.\w+|pook\.\w+|rsps\.\w+|httpserver\.\w+)$"
)
_MOCKS = re.compile(
    r"(?:^|\.)(?:(?:Async|Magic|NonCallable|Property)?Mock|create_autospec|patch(?:\.(?:object|dict|multiple))?)$"
)
_DESCRIBES = re.compile(
    r"(?:help|help_text|description|desc|title|label|hint|placeholder|examples?|docs?|documentation|comment|_comment"
    r"|verbose_name|metavar|epilog|summary|usage|deprecated|message|error_message|homepage|docs?_url|help_url"
    r"|author|author_email|maintainer|maintainer_email|project_urls|tooltip)",
    re.IGNORECASE,
)
_IDENTIFIES = re.compile(r"(?:audience|aud|issuer|iss|xmlns|namespace|schema_id|user_agent|user-agent|referer)", re.I)
_NAMES_VALUE = re.compile(
    r"(?:^|[._])(?:get|getenv|get_env|env|environ|config|setdefault|pop|add_argument|add_option|option|Option|argument"
    r"|Argument|str|DEFINE_string|define)$"
)
_LISTS = re.compile(
    r"(?:valid|allowed|supported|available|accepted|known|choices|enum|permitted|block|blocked|deny|denied|black|ban"
    r"|banned|tracker|trackers|adblock|disallow|disallowed|exclude|excluded|ignore|ignored|skip|skipped|filter|filters"
    r"|suspicious|blocklist|denylist|blacklist|whitelist|allowlist|safelist|regions|locations|zones|domains"
    r"|third_party)",
    re.IGNORECASE,
)


def role_of_callee(callee: str) -> Role:
    """What a call does with its arguments, by the dotted name as written."""
    if not callee:
        return Role.VALUE
    if _PRINTS.search(callee):
        return Role.PRINTED
    if _COMPARES.search(callee):
        return Role.COMPARED
    if _ASSERTS.search(callee):
        return Role.ASSERTED
    return Role.VALUE


def makes_mock(callee: str) -> bool:
    """Whether a call stands something in for another, which takes whatever it is given."""
    return bool(_MOCKS.search(callee))


def role_of_argument(callee: str, index: int, role: Role) -> Role:
    """As `role_of_callee`, for one argument: only the first of `str.replace` is searched for."""
    if callee.endswith(".replace") and index == 0:
        return Role.COMPARED
    return role


def role_of_key(key: str) -> Role:
    """What a value under this keyword, dict key or name is for."""
    if _DESCRIBES.fullmatch(key):
        return Role.DESCRIBED
    if _IDENTIFIES.fullmatch(key):
        return Role.IDENTIFIER
    return Role.VALUE


def names_its_value(callee: str) -> bool:
    """Whether the first argument of a call names what its default or second argument is: a look-up, an option."""
    return bool(_NAMES_VALUE.search(callee))


def lists_names(keys: tuple[str, ...]) -> bool:
    """Whether a list under these names enumerates values without choosing one: `VALID_REGIONS`, `choices`."""
    return bool(keys) and any(_LISTS.fullmatch(word) for word in re.split(r"_+|(?<=[a-z])(?=[A-Z])", keys[-1]) if word)
