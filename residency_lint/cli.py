"""Commands and options; the only module that chooses what is printed, and an exit code."""

from __future__ import annotations

import gc
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from residency_lint import __version__
from residency_lint.errors import ConfigError, ResidencyLintError
from residency_lint.terminal import PIECEMEAL, Early, put_out, watched

if TYPE_CHECKING:
    from residency_lint.report import Report
    from residency_lint.rewrite import Rewritten
    from residency_lint.settings import Settings

_T = TypeVar("_T")
_FORMATS = ("text", "concise", "json", "sarif", "github")


class _Commands(click.Group):
    """Turns what the tool raises on purpose into one clear line, and every unexpected end into exit code 2."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **kwargs)
        except ResidencyLintError as error:
            for line in str(error).splitlines():
                click.echo(f"residency-lint: {line}", err=True)
            sys.exit(2)
        except BrokenPipeError:
            sys.stderr.close()
            sys.exit(2)
        except Exception:
            # A bug: its traceback is shown, and the exit code is not that of findings.
            sys.excepthook(*sys.exc_info())
            sys.exit(2)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="residency-lint")
def main() -> None:
    """Says where code really sends data, and flags and rewrites what leaves the declared region."""


@main.command()
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--region", "regions", multiple=True, help="Declared region: a zone or country; replaces the config's.")
@click.option("--config", type=click.Path(path_type=Path), help="Use this config file for every path.")
@click.option("--isolated", is_flag=True, help="Read no config file.")
@click.option("--fix", is_flag=True, help="Apply the safe fixes.")
@click.option("--unsafe-fixes", is_flag=True, help="With --fix or --diff: the unsafe fixes as well.")
@click.option("--diff", is_flag=True, help="Print what --fix would do; write nothing; exit 1 if there is something.")
@click.option("--output-format", type=click.Choice(_FORMATS), default="text", show_default=True)
@click.option("--output-file", type=click.Path(path_type=Path, dir_okay=False), help="Write the report there.")
@click.option("--select", "selected", multiple=True, help="Only these vendors or rules (vendor or vendor/row).")
@click.option("--ignore", "deselected", multiple=True, help="Not these vendors or rules.")
@click.option("--exit-zero", is_flag=True, help="Exit 0 even when there are findings.")
@click.option("--strict", is_flag=True, help="Notes and files that were not read fail too.")
@click.option("--statistics", is_flag=True, help="Print how often each rule was found instead.")
@click.option("-j", "--jobs", type=click.IntRange(0), default=0, help="Processes; 0, the default: one a processor.")
@click.option("--no-cache", is_flag=True, help="Find everything anew; keep nothing for the next run.")
@click.option("--stdin-filename", default="", help="The path of the source that `-` reads from standard input.")
def check(
    paths: tuple[str, ...],
    fix: bool,
    diff: bool,
    output_format: str,
    output_file: Path | None,
    exit_zero: bool,
    statistics: bool,
    **flags: Any,
) -> None:
    """Check files and folders (default: the current folder)."""
    from residency_lint.scan import check_paths
    from residency_lint.tree import Tree

    # Nearly all that a run makes stays to its end: looking for garbage in it costs a fifth of the time.
    gc.set_threshold(50_000, 20, 50)
    settings = _settings(**flags)
    tree = Tree()
    if "-" in paths:
        if len(paths) > 1:
            raise ConfigError("-: standard input is checked alone; leave the other paths out")
        if fix and not diff:
            raise ConfigError("--fix: standard input cannot be rewritten; use --diff, or name the file")
        name = settings.stdin_filename or "stdin.py"
        tree, paths = Tree(changes={name: sys.stdin.buffer.read()}), (name,)
    elif settings.stdin_filename:
        raise ConfigError("--stdin-filename: nothing is read from standard input; add `-`")
    early = None
    if output_format in PIECEMEAL and sys.stdout.isatty() and not (fix or diff or statistics or output_file):
        early = Early(output_format)
    report = check_paths(paths, settings, tree, watched, early)
    report = report.without(early.shown if early else ())
    could_not = any(skip.fatal for skip in report.skips)
    if fix or diff:
        from residency_lint.rewrite import rewritten, write

        change = rewritten(report, paths, settings, tree)
        could_not = could_not or bool(change.locked)
        for path in change.locked:
            click.echo(f"residency-lint: {path}: is read-only; left alone", err=True)
        if diff:
            _show_diff(change)
            sys.exit(2 if could_not else 1 if change.changed and not exit_zero else 0)
        write(change)
        report = change.report
    _report(report, output_format, output_file, statistics)
    # 2 before 1: what could not be read may hold anything.
    sys.exit(2 if could_not else 1 if _fails(report, settings) and not exit_zero else 0)


@main.command()
@click.argument("rule_id", metavar="RULE")
def rule(rule_id: str) -> None:
    """Explain a rule: why, wrong, right, sources."""
    from residency_lint.explain import explained

    put_out([explained(rule_id)])


@main.command()
@click.option("--keywords", is_flag=True, help="Print the texts that files are searched for, one a line.")
@click.option("--older-than", type=int, metavar="DAYS", help="Only rules verified longer ago; exit 1 if there are any.")
def vendors(keywords: bool, older_than: int | None) -> None:
    """List the vendors and rules that are known."""
    from residency_lint.explain import keyword_lines, old_rule_lines, vendor_lines

    if older_than is not None:
        lines = list(old_rule_lines(older_than))
        put_out(f"{line}\n" for line in lines)
        sys.exit(1 if lines else 0)
    put_out(f"{line}\n" for line in (keyword_lines() if keywords else vendor_lines()))


@main.command()
@click.option("--force", is_flag=True, help="Replace a residency-lint.toml that is already there.")
def init(force: bool) -> None:
    """Write a commented residency-lint.toml from what the current folder holds."""
    from residency_lint.starter import NAME, policy_text

    path = Path(NAME)
    if path.exists() and not force:
        raise ConfigError(f"{NAME}: is already here; --force replaces it")
    text = policy_text()
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{NAME}: cannot be written: {error.strerror}") from error
    put_out([text, f"\nWritten to {NAME}. Read it, then run `residency-lint check`.\n"])


def _settings(
    *,
    regions: tuple[str, ...],
    config: Path | None,
    isolated: bool,
    unsafe_fixes: bool,
    selected: tuple[str, ...],
    deselected: tuple[str, ...],
    strict: bool,
    stdin_filename: str,
    jobs: int,
    no_cache: bool,
) -> Settings:
    from residency_lint.settings import Settings
    from residency_lint.shipped import shipped_index

    settings = Settings(
        index=shipped_index(),
        regions=regions,
        isolated=isolated,
        config=config,
        unsafe_fixes=unsafe_fixes,
        selected=selected,
        deselected=deselected,
        strict=strict,
        stdin_filename=stdin_filename,
        jobs=jobs,
        keeps=not no_cache,
    )
    if selected or deselected:
        errors = list(settings.selection_errors(set(settings.catalog_for("").rules)))
        if errors:
            raise ConfigError("\n".join(errors))
    return settings


def _report(report: Report, output_format: str, output_file: Path | None, statistics: bool) -> None:
    from residency_lint.reporters import renderer

    if statistics:
        from residency_lint.explain import statistic_lines

        pieces: Iterable[str] = (f"{line}\n" for line in statistic_lines(report))
    else:
        pieces = renderer(output_format)(report)
    if output_file is None:
        put_out(pieces)
        return
    try:
        output_file.write_text("".join(pieces), encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise ConfigError(f"--output-file: {output_file}: cannot be written: {error.strerror}") from error


def _fails(report: Report, settings: Settings) -> bool:
    return bool(report.failing) or (settings.strict and any(f.silenced_by is None for f in report.findings))


def _show_diff(change: Rewritten) -> None:
    """The diff on standard output; on standard error what it cannot tell of."""
    from residency_lint.reporters.summary import skip_line

    put_out(_diff(change))
    for skip in change.report.skips:
        click.echo(f"residency-lint: {skip_line(skip)}", nl=False, err=True)


def _diff(change: Rewritten) -> Iterable[str]:
    from difflib import unified_diff

    for path in change.changed:
        source = change.report.sources.get(path)
        encoding = source.encoding if source else "utf-8"
        old, new = (_lines(data.decode(encoding, "replace")) for data in (change.before[path], change.after[path]))
        for line in unified_diff(old, new, f"a/{path}", f"b/{path}"):
            yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    """Lines as `patch` sees them: `str.splitlines` also splits at form feeds and Unicode separators."""
    return [line for line in re.split(r"(?<=\n)", text) if line]
