"""Whether a host or URL has the shape that a setting wants: with one that it does not, nothing arrives anywhere."""

from __future__ import annotations

import re

from residency_lint.call_rules import SdkSetting
from residency_lint.sightings.starts import setting_name


def wrong_shape(text: str, setting: SdkSetting) -> str:
    """What is wrong with the shape of a value, in words; nothing where the SDK can work with it."""
    spelling, name = setting.spelling, setting_name(setting)
    if spelling.kind == "host" and "//" in text:
        return f"`{name}` takes a bare host; `{text}` has a scheme"
    if spelling.exact and not _is_exact(text, spelling.path):
        return f"`{name}` takes a scheme, a host and {spelling.path or 'no path'}; it is `{text}`"
    if spelling.kind == "url" and not spelling.bare and not re.match(r"(?i)https?://[^/]", text):
        return f"`{name}` takes a URL; `{text}` has no scheme"
    return ""


def _is_exact(text: str, path: str) -> bool:
    return re.fullmatch(rf"https?://[^/?#]+{re.escape(path)}/?", text, re.IGNORECASE) is not None
