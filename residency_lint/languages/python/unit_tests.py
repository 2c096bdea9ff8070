"""What makes a Python file a unit test."""

from __future__ import annotations

import re

from residency_lint import facts as f

_TEST_PATH = re.compile(
    r"(?:^|/)(?:tests?|testing|specs?|fixtures?|mocks?)/|(?:^|/)(?:test_[^/]*|[^/]*_tests?|tests?|conftest)\.py$"
)
_TEST_ROOTS = ("unittest", "pytest", "mock", "responses", "nose", "hypothesis", "django.test", "requests_mock", "respx")


def is_test(facts: f.Facts) -> bool:
    """A unit test bears the name *and* tests: a live script of that name is no test, nor is one that runs itself
    without any test or mock library."""
    path = facts.path.replace("\\", "/")
    if not _TEST_PATH.search(path):
        return False
    if path.rpartition("/")[2] == "conftest.py":  # only a test run loads it
        return True
    if any(entry.module.startswith(_TEST_ROOTS) for entry in facts.imports):
        return True
    if any(read.name == "__name__" and read.site.scope == 0 for read in facts.reads):
        return False
    return any(mention.role is f.Role.ASSERTED for mention in facts.mentions) or any(
        scope.name.startswith(("test", "Test")) and scope.kind is not f.ScopeKind.MODULE for scope in facts.scopes
    )
