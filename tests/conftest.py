"""Options of the test run, and a cache folder of its own."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads what another run has kept, or keeps anything for one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RESIDENCY_LINT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-cases", action="store_true", help="rewrite the `fixed` and `reached` fences of case files"
    )
