"""What a file's name says: its language, and whether it is a test."""

from __future__ import annotations

import re

_BY_SUFFIX = {
    "python": "py pyi pyw pyx",
    "yaml": "yaml yml sls eyaml",
    "json": "json jsonc json5 jsonl ndjson geojson webmanifest tfstate avsc har map code-workspace arb",
    "notebook": "ipynb",
    "hcl": "tf tfvars hcl tofu nomad",
    "toml": "toml",
    "ini": "ini cfg editorconfig desktop service timer npmrc",
    "properties": "properties",
    "env": "env envrc",
    "conf": "conf nginx vhost",
    "dockerfile": "dockerfile containerfile",
    "shell": "sh bash zsh ksh fish ps1 psm1 psd1 mk",
    "batch": "bat cmd",
    "javascript": "js mjs cjs jsx es6",
    "typescript": "ts tsx mts cts",
    "java": "java",
    "kotlin": "kt kts",
    "go": "go",
    "c": "c h cc cpp cxx hpp hh m mm ino",
    "csharp": "cs csx",
    "swift": "swift",
    "rust": "rs",
    "scala": "scala sc",
    "dart": "dart",
    "groovy": "groovy gradle jenkinsfile",
    "php": "php php5 phtml",
    "ruby": "rb rake gemspec ru podspec",
    "perl": "pl pm",
    "r": "r",
    "elixir": "ex exs",
    "lua": "lua",
    "coffee": "coffee",
    "proto": "proto graphql thrift",
    "css": "css scss sass less styl",
    "sql": "sql hs elm ada",
    "visual basic": "vb vbs bas",
    "html": "html htm xhtml vue svelte astro ejs hbs njk erb jinja jinja2 j2 twig tmpl tt mustache jsp aspx cshtml",
    "xml": "xml plist svg csproj fsproj vbproj props targets config xaml xsd wsdl storyboard xib resx pom nuspec kml",
    "markdown": "md markdown mdx mdown qmd rmd",
    "prose": "rst txt adoc asciidoc text org textile tex pod",
}
_LANGUAGES = {suffix: language for language, suffixes in _BY_SUFFIX.items() for suffix in suffixes.split()}

_BY_NAME = (
    (r"(?:dockerfile|containerfile)(?:[._-].*)?$", "dockerfile"),
    (r"\.?env(?:[._-].*)?$|.*\.env\.[\w.-]+$|\.flaskenv$", "env"),
    (r"nginx.*\.conf(?:\..+)?$", "conf"),
    (
        r"makefile(?:\..*)?$|gnumakefile$|justfile$|procfile$|\.?bash_?\w*$|\.?(?:zshrc|zshenv|profile)$",
        "shell",
    ),
    (r"jenkinsfile(?:\..*)?$", "groovy"),
    (r"gemfile$|rakefile$|vagrantfile$|fastfile$|appfile$|podfile$|brewfile$|guardfile$|capfile$", "ruby"),
    (r"pipfile$|poetry\.lock$|cargo\.lock$|uv\.lock$|gopkg\.lock$", "toml"),
    (
        r"pipfile\.lock$|composer\.lock$|flake\.lock$|\.(?:babel|eslint|prettier|stylelint|nyc|swc)rc$",
        "json",
    ),
    (r"(?:pnpm-lock|podfile)\.lock$|pubspec\.lock$|\.clang-format$|\.(?:gem|yarn)rc$", "yaml"),
    (
        r"\.(?:gitconfig|npmrc|pypirc|pylintrc|flake8|coveragerc|editorconfig|gitmodules)$|config$|credentials$",
        "ini",
    ),
    (r"requirements.*\.(?:txt|in)$|constraints.*\.txt$|\.\w*ignore$|codeowners$|robots\.txt$", "text"),
    (r"cmakelists\.txt$|go\.(?:mod|sum|work)$", "text"),
    (
        r"(?:readme|license|licence|copying|authors|notice|changelog|changes|contributing|news|history)$",
        "prose",
    ),
)

_NAMED = re.compile("|".join(f"({pattern})" for pattern, _ in _BY_NAME))
"""One search for all of them: every file of a tree is asked."""

_DECIDING = frozenset("py pyi ipynb js mjs cjs jsx ts tsx go java kt rb rs php sh yaml yml json toml".split())
"""Suffixes that say what a file is, whatever its name begins with: `env.py`, `dockerfile_builder.py`, `env.yaml`."""
_TEST_FOLDERS = frozenset(
    "test tests __tests__ spec specs testdata fixtures __fixtures__ mocks __mocks__ testing".split()
)
_TEST_FILE = re.compile(
    r"test_[^/]*$|[^/]*_test\.[^/.]+$|[^/]*\.(?:test|spec)\.[^/]+$|[^/]*Tests?\.(?:java|kt|cs|swift|scala|php)$"
    r"|[^/]*_spec\.rb$|conftest\.py$"
)
_MODIFIERS = frozenset("example sample template dist default tpl bak orig local in erb j2 jinja jinja2 tmpl".split())


def language_of(path: str) -> str:
    """The language of a path; `text` when the name says nothing.

    `values.yaml.tmpl` and `settings.json.example` are what the suffix before says.
    """
    name = path.replace("\\", "/").rpartition("/")[2].lower()
    *_, suffix = name.split(".")
    named = None if suffix in _DECIDING else _NAMED.match(name)
    if named and named.lastindex:
        return _BY_NAME[named.lastindex - 1][1]
    parts = name.split(".")[1:]
    if len(parts) > 1 and parts[-1] in _MODIFIERS and parts[-2] in _LANGUAGES:
        return _LANGUAGES[parts[-2]]
    return _LANGUAGES.get(parts[-1], "text") if parts else "text"


def is_test(path: str) -> bool:
    """Whether a path is a test's by its folder or its name."""
    *folders, name = re.split(r"[/\\]", path)
    return any(folder.lower() in _TEST_FOLDERS for folder in folders) or bool(_TEST_FILE.match(name))
