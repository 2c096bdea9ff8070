"""What requirement and lock files say about a package's release."""

from __future__ import annotations

import pytest

from residency_lint.versions import is_in_force, rank, release_of, requirements, wanted_by_script, wanted_in


@pytest.mark.parametrize(
    ("requirement", "is_before", "is_not_before"),
    [
        ("==4.5.0", "4.6.0", "4.5.0"),
        ("==4.5", "4.5.1", "4.5.0"),
        ("===4.5.0", "4.6.0", "4.5.0"),
        ("4.5.0", "4.6.0", "4.5"),
        ("==4.5.*", "4.6.0", "4.5.9"),
        (">=4.0,<4.6", "4.6.0", "4.5.9"),
        ("<=4.5.0", "4.5.1", "4.5.0"),
        ("~=4.5", "5.0.0", "4.11.1"),
        ("~=4.5.0", "4.6.0", "4.5.3"),
        ("^4.5", "5.0.0", "4.11.1"),
        ("^0.5.1", "0.6.0", "0.5.9"),
        ("~4.5.0", "4.6.0", "4.5.9"),
        ("=4.5", "4.6.0", "4.5.9"),
        ("==4.5.0rc1", "4.6.0", "4.5.0"),
        ("==v4.5.0+local", "4.6.0", "4.5.0"),
        (">=1,<5,<=4.5.0", "4.6.0", "4.5.0"),
    ],
)
def test_a_requirement_has_an_upper_end(requirement: str, is_before: str, is_not_before: str) -> None:
    release = release_of(requirement)
    assert release is not None
    assert release.is_before(is_before)
    assert not release.is_before(is_not_before)


@pytest.mark.parametrize("requirement", ["", "*", ">=4.5.0", ">4", "!=4.5.0"])
def test_an_open_requirement_has_none(requirement: str) -> None:
    assert release_of(requirement) is None


def test_without_a_release_the_newest_counts() -> None:
    assert is_in_force(None, "2.2.7", "")
    assert not is_in_force(None, "", "2.2.6")


@pytest.mark.parametrize(
    ("requirement", "old", "new"), [("==2.2.6", True, False), ("<2.2.7", True, False), ("==2.2.7", False, True)]
)
def test_a_setting_holds_from_its_first_release_to_its_last(requirement: str, old: bool, new: bool) -> None:
    release = release_of(requirement)
    assert old == is_in_force(release, "2.0.1", "2.2.6")
    assert new == is_in_force(release, "2.2.7", "")


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("requirements.txt", "requests\nMixpanel_Utils[fast]==2.2.6 ; python_version > '3'  # why\n", "==2.2.6"),
        ("requirements.txt", "mixpanel-utils==2.2.6 \\\n    --hash=sha256:00\n", "==2.2.6"),
        ("requirements/base.txt", "-r other.txt\nmixpanel-utils >= 2, < 2.2\n", ">= 2, < 2.2"),
        ("requirements-dev.in", "mixpanel-utils", ""),
        ("constraints.txt", "mixpanel-utils==2.2.6", "==2.2.6"),
        ("pyproject.toml", '[project]\ndependencies = ["mixpanel-utils~=2.1"]', "~=2.1"),
        ("pyproject.toml", '[project.optional-dependencies]\nexport = ["mixpanel-utils==2.2.6"]', "==2.2.6"),
        ("pyproject.toml", '[dependency-groups]\ndev = ["mixpanel-utils==2.2.6", {include-group = "x"}]', "==2.2.6"),
        ("pyproject.toml", '[tool.poetry.dependencies]\nmixpanel-utils = "^2.1"', "^2.1"),
        ("pyproject.toml", '[tool.poetry.group.x.dependencies]\nmixpanel-utils = {version = "2.1.0"}', "2.1.0"),
        ("poetry.lock", '[[package]]\nname = "mixpanel-utils"\nversion = "2.2.6"\noptional = false\n', "==2.2.6"),
        ("uv.lock", 'version = 1\n\n[[package]]\nname = "mixpanel-utils"\nversion = "2.2.6"\n', "==2.2.6"),
        ("Pipfile", '[packages]\nmixpanel-utils = "==2.2.6"', "==2.2.6"),
        ("Pipfile.lock", '{"default": {"mixpanel-utils": {"version": "==2.2.6"}}}', "==2.2.6"),
        ("setup.cfg", "[options]\ninstall_requires =\n    requests\n    mixpanel-utils<2.2\n\n[x]\ny = 1\n", "<2.2"),
        ("setup.py", "NEEDS = ['mixpanel-utils==2.2.6']\nsetup(install_requires=NEEDS)\n", "==2.2.6"),
        ("environment.yml", "dependencies:\n  - python=3.11\n  - pip:\n    - mixpanel-utils==2.2.6\n", "==2.2.6"),
        ("environment.yml", "dependencies:\n  - conda-forge::mixpanel-utils=2.2\n", "=2.2"),
        ("Dockerfile", "RUN pip install --no-cache-dir 'mixpanel-utils==2.2.6' \\\n  requests && true\n", "==2.2.6"),
        ("requirements.txt", "requests==2.0", None),
        ("pyproject.toml", "not toml at all [", None),
        ("notes.txt", "mixpanel-utils==2.2.6", None),
    ],
)
def test_files_that_ask_for_packages(path: str, text: str, expected: str | None) -> None:
    found = wanted_in(requirements(path, text), "mixpanel-utils")
    assert (expected or "").replace(" ", "") == (found or "").replace(" ", "")
    assert (expected is None) == (found is None)


def test_a_lock_stands_before_a_requirement() -> None:
    names = ["setup.py", "requirements.txt", "pyproject.toml", "uv.lock", "app.py"]
    assert sorted((name for name in names if rank(name) is not None), key=lambda name: rank(name) or 0) == [
        "uv.lock",
        "requirements.txt",
        "pyproject.toml",
        "setup.py",
    ]


def test_a_script_says_what_it_needs_itself() -> None:
    text = (
        '#!/usr/bin/env python\n# /// script\n# dependencies = [\n#   "mixpanel==4.5.0",\n# ]\n# ///\nimport mixpanel\n'
    )
    assert wanted_by_script(text)["mixpanel"] == "==4.5.0"
    assert wanted_by_script("import mixpanel\n") == {}
