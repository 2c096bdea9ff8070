"""Where settings come from, and what is said when they are wrong."""

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from residency_lint.errors import ConfigError
from residency_lint.settings import Settings
from tests.places import INDEX


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, text: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text)


def words(path: str, settings: Settings | None = None) -> tuple[str, ...]:
    return (settings or Settings(INDEX)).policy_for(path).allowed.words


def errors(path: str = "a.py", settings: Settings | None = None) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        (settings or Settings(INDEX)).policy_for(path)
    return str(raised.value).splitlines()


def test_nearest_file_is_used_alone() -> None:
    """Nothing of an outer one is added."""
    write("pyproject.toml", '[tool.residency-lint]\nregion = "eu"\nunknown = "error"\n')
    write("a/b/residency-lint.toml", 'region = "us"\n')
    write("a/b/c/pyproject.toml", '[project]\nname = "x"\n')
    settings = Settings(INDEX)
    assert [words(path, settings) for path in ("x.py", "a/x.py", "a/b/x.py", "a/b/c/d/x.py")] == [
        ("eu",),
        ("eu",),
        ("us",),
        ("us",),
    ]
    assert settings.policy_for("a/b/x.py").unknown == "note"
    assert settings.policy_for("a/b/c/d/x.py").declared_in == "a/b/residency-lint.toml"


def test_file_above_the_current_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search goes up to the root of the file system."""
    write("residency-lint.toml", 'region = "eu"\nexclude = ["in/out/"]')
    write("in/out/a.py", "")
    monkeypatch.chdir("in")
    settings = Settings(INDEX)
    assert words("a.py", settings) == ("eu",)
    assert settings.is_excluded("out/a.py")


def test_order_within_a_folder() -> None:
    """The file of its own goes before pyproject.toml."""
    write("pyproject.toml", '[tool.residency-lint]\nregion = "eu"\n')
    assert words("a.py") == ("eu",)
    write(".residency-lint.toml", 'region = "us"')
    assert words("a.py") == ("us",)
    write("residency-lint.toml", 'region = "ch"')
    assert words("a.py") == ("ch",)


def test_broken_pyproject_of_somebody_else() -> None:
    """Test data of packaging tools is full of them."""
    write("residency-lint.toml", 'region = "eu"')
    write("data/pyproject.toml", "[[[")
    write("odd/pyproject.toml", 'tool = "residency-lint"')
    assert words("data/a.py") == words("odd/a.py") == ("eu",)


def test_given_file_is_used_for_every_path() -> None:
    """Whatever lies nearer; its globs start from the current folder."""
    write("residency-lint.toml", 'region = "us"')
    write("ci/policy.toml", 'region = "eu"\nexclude = ["/src/x.py"]')
    settings = Settings(INDEX, config=Path("ci/policy.toml"))
    assert words("a/b.py", settings) == ("eu",)
    assert [settings.is_excluded(path) for path in ("src/x.py", "ci/src/x.py", "../src/x.py")] == [True, False, False]


def test_no_config_files() -> None:
    """`--isolated` with `--region` needs none."""
    write("residency-lint.toml", 'region = "us"\nexclude = ["*"]')
    settings = Settings(INDEX, regions=("eu",), isolated=True)
    assert words("a.py", settings) == ("eu",)
    assert not settings.is_excluded("a.py")


def test_no_region_anywhere() -> None:
    """The message says both ways to declare one."""
    expected = (
        'no region is declared; add region = "eu" to [tool.residency-lint] in pyproject.toml, or pass --region eu'
    )
    assert errors() == [expected]


def test_excludes() -> None:
    """Globs as in an ignore file, from the folder of the config file."""
    write(
        "residency-lint.toml", 'region = "eu"\nexclude = ["third_party/**", "*.min.js", "/top.py", "out/", "!out/no"]'
    )
    settings = Settings(INDEX)
    names = ["third_party/a/b.py", "x/y.min.js", "top.py", "x/top.py", "x/out/a.py", "a.py"]
    assert [settings.is_excluded(name) for name in names] == [True, True, True, False, True, False]
    assert not settings.is_excluded("x/out/")  # it may hold files that are taken back


def test_config_in_an_excluded_folder_is_not_read() -> None:
    """It may be wrong on purpose."""
    write("residency-lint.toml", 'region = "eu"\nexclude = ["cases/"]')
    write("cases/in/residency-lint.toml", "broken")
    settings = Settings(INDEX)
    assert settings.is_excluded("cases/")
    assert settings.is_excluded("cases/in/a.py")
    assert not settings.is_excluded("a.py")


def test_every_error_at_once() -> None:
    """File, key, what would be right, and the nearest known word."""
    write(
        "pyproject.toml",
        """
[tool.residency-lint]
regoin = "eu"
region = ["eur", 3]
unknown = "warn"
exclude = 1
[tool.residency-lint.vendors]
mpartical = "eu1"
mparticle = "eu9"
mixpanel = { region = "eu", untill = 2027-01-01, until = "2027-01-01" }
[[tool.residency-lint.paths]]
region = "utopia"
[[tool.residency-lint.paths]]
match = "a"
""",
    )
    assert errors() == [
        "pyproject.toml: region: expected a text or a list of texts, found ['eur', 3]",
        "pyproject.toml: exclude: expected a text or a list of texts, found 1",
        "pyproject.toml: unknown: 'warn' is none of note, error",
        "pyproject.toml: vendors.mixpanel.until: expected a date without quotes (2027-03-31), found '2027-01-01'",
        "pyproject.toml: vendors.mixpanel.untill: unknown key; did you mean `until`?",
        "pyproject.toml: paths[1].match: is missing",
        'pyproject.toml: paths[2].region: is missing; say what holds for these files (region = "us")',
        "pyproject.toml: regoin: unknown key; did you mean `region`?",
        "pyproject.toml: vendors.mpartical: unknown vendor; did you mean `mparticle`?",
        "pyproject.toml: vendors.mparticle: 'eu9' is no region of mparticle, zone or country; did you mean `eu1`?",
        "pyproject.toml: paths[1].region: 'utopia' is no zone or country",
    ]


@pytest.mark.parametrize(
    ("toml", "error"),
    [
        ('region = "eu"\nx = \n', "residency-lint.toml: not TOML: Invalid value (at line 2, column 5)"),
        ("region = []", "residency-lint.toml: region: is empty"),
        ('region = "eu"\nvendors = 1', "residency-lint.toml: vendors: expected a table, found 1"),
        ('region = "eu"\npaths = 1', "residency-lint.toml: paths: expected [[paths]] tables, found 1"),
        ('region = "eu"\ncatalog = "own/*.toml"', "residency-lint.toml: catalog: no file fits 'own/*.toml'"),
        ('region = "EUR"', "residency-lint.toml: region: 'EUR' is no zone or country; did you mean `eu`?"),
    ],
)
def test_one_error(toml: str, error: str) -> None:
    """One clear line."""
    write("residency-lint.toml", toml)
    assert errors() == [error]


def test_bad_glob() -> None:
    """It is named with its key."""
    write("residency-lint.toml", 'region = "eu"\nexclude = ["!"]')
    with pytest.raises(ConfigError, match=r"^residency-lint.toml: exclude: "):
        Settings(INDEX).is_excluded("a.py")


def test_wrong_flags() -> None:
    """All at once."""
    with pytest.raises(ConfigError) as raised:
        Settings(INDEX, regions=("uss",), config=Path("none.toml"), isolated=True)
    assert str(raised.value).splitlines() == [
        "--region: 'uss' is no zone or country; did you mean `us`?",
        "--config: none.toml: no such file",
        "--config: --isolated reads no config file; leave one of them out",
    ]
    write("pyproject.toml", "")
    assert errors(settings=Settings(INDEX, config=Path("pyproject.toml"))) == [
        "pyproject.toml: has no [tool.residency-lint]"
    ]


def test_selection() -> None:
    """By vendor or by row; what is deselected stays out."""
    settings = Settings(INDEX, selected=("mixpanel", "aws/arn"), deselected=("mixpanel/ui",))
    names = ["mixpanel/ingest", "mixpanel/ui", "aws/arn", "aws/host"]
    assert [settings.is_selected(name) for name in names] == [True, False, True, False]
    assert list(settings.selection_errors({"mixpanel/ingest", "mixpanel/ui", "aws/arns"})) == [
        "--select: 'aws/arn' is no vendor and no rule; did you mean `aws/arns`?"
    ]


def test_settings_travel_to_other_processes() -> None:
    """With everything they have looked up."""
    write("residency-lint.toml", 'region = "eu"\nexclude = ["out/"]\n[[paths]]\nmatch = "a/"\nregion = "us"')
    settings = Settings(INDEX)
    assert words("a/b.py", settings) == ("us",)
    assert settings.is_excluded("out/x")
    copy = pickle.loads(pickle.dumps(settings))
    assert words("a/b.py", copy) == ("us",)


def test_globs_cost_nothing_where_there_are_none() -> None:
    """Importing pathspec, difflib and subprocess takes as long as checking a file."""
    write("residency-lint.toml", 'region = "eu"')
    script = (
        "import sys; from tests.places import INDEX; from residency_lint.settings import Settings;"
        "from residency_lint.walk import files; s = Settings(INDEX); s.policy_for('a.py');"
        "list(files(['residency-lint.toml'], is_excluded=s.is_excluded));"
        "sys.exit(' '.join({'pathspec', 'subprocess', 'libcst'} & set(sys.modules)))"
    )
    project = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", script], env={"PYTHONPATH": str(project)}, capture_output=True)
    assert done.stderr.decode().strip() == ""
