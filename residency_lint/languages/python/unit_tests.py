"""What makes a Python file a unit test."""

from __future__ import annotations

import re
from collections.abc import Sequence

from residency_lint import facts as f

_TEST_PATH = re.compile(
    r"(?:^|/)(?:tests?|testing|specs?|fixtures?|mocks?)/|(?:^|/)(?:test_[^/]*|[^/]*_tests?|conftest)\.py$"
)
_TEST_ROOTS = ("unittest", "pytest", "mock", "responses", "nose", "hypothesis", "django.test", "requests_mock", "respx")


def is_test(path: str, scopes: Sequence[f.Scope], imports: Sequence[f.Import], has_asserts: bool) -> bool:
    """A unit test bears the name *and* tests: a live script of that name is no test."""
    if not _TEST_PATH.search(path.replace("\\", "/")):
        return False
    return (
        has_asserts
        or any(i.module.startswith(_TEST_ROOTS) for i in imports)
        or any(s.name.startswith(("test", "Test")) and s.kind is not f.ScopeKind.MODULE for s in scopes)
    )
