"""Reads configuration: YAML, JSON, HCL, TOML, INI, properties, env files, Dockerfiles, nginx."""

from __future__ import annotations

from residency_lint.facts import Facts
from residency_lint.languages.docker import read_dockerfile
from residency_lint.languages.file_names import language_of
from residency_lint.languages.flow import JSON, read_documents
from residency_lint.languages.hcl import read_hcl
from residency_lint.languages.ini import read_flat
from residency_lint.languages.ledger import Ledger
from residency_lint.languages.nginx import is_nginx, read_nginx
from residency_lint.languages.yaml import read_yaml
from residency_lint.source import Source


def read(source: Source) -> Facts:
    """The facts of a configuration file; the language is what its name says, JSON and `.conf` also what it holds."""
    ledger = Ledger(source)
    language = _language(source.path, ledger.text)
    if language == "json":
        read_documents(ledger, JSON)
    elif language == "hcl":
        read_hcl(ledger)
    elif language == "dockerfile":
        read_dockerfile(ledger)
    elif language == "nginx":
        read_nginx(ledger)
    elif language == "yaml":
        read_yaml(ledger)
    else:
        read_flat(ledger, language)
    return ledger.facts(language)


def _language(path: str, text: str) -> str:
    language = language_of(path)
    start = text.lstrip()[:1]
    if language == "json" and start and start not in '{["/':
        return "yaml"  # `.eslintrc` and `.prettierrc` may be either
    if language == "hcl" and start == "{":
        return "json"
    if language == "conf":
        return "nginx" if is_nginx(text) else "ini"
    return language if language in _LANGUAGES else "ini"


_LANGUAGES = frozenset(("json", "hcl", "dockerfile", "yaml", "toml", "ini", "properties", "env"))
