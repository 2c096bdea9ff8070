"""The rows of a rule file that speak of calls: what starts an SDK, and what goes its own way."""

from __future__ import annotations

from collections.abc import Callable

from residency_lint.call_rules import SdkCall, SdkEscape, SdkSetting, Signature
from residency_lint.fixes import Applicability
from residency_lint.rule_rows import Row, spelling_of
from residency_lint.rule_tables import Table
from residency_lint.rules import Rule

_PLACES_OF_SETTING = ("argument", "attribute", "item", "entry", "module", "setter", "env", "file", "receiver")


def _sdk(table: Table, row: Row) -> SdkCall:
    absent = table.text("absent")
    if absent:
        row.check_columns(table, "absent", [absent])
    absent_for = table.words("absent_for")
    row.check_columns(table, "absent_for", absent_for.values())
    parts, only = table.texts("parts"), table.words("only")
    if not set(only) <= set(parts):
        table.error("only", f"names no part: {', '.join(sorted(set(only) - set(parts)))}")
    sent_by = table.words("sent_by")
    if not set(sent_by) <= set(parts):
        table.error("sent_by", f"names no part: {', '.join(sorted(set(sent_by) - set(parts)))}")
    settings = []
    for inner in table.tables("settings"):
        settings.append(
            SdkSetting(
                spelling=spelling_of(inner, row),
                **{place: inner.text(place) for place in _PLACES_OF_SETTING},
                services=inner.words("services"),
                key=inner.text("key"),
                section=_section(inner),
                empty=inner.text("empty", choices=("", "absent")),
                covers=inner.texts("covers"),
                beats=inner.flag("beats"),
                before=inner.texts("before"),
                unset=inner.texts("unset"),
                given=inner.words("given"),
                at_import=inner.flag("at_import"),
                since=inner.text("since"),
                until=inner.text("until"),
                build=inner.text("build"),
            )
        )
        if sum(bool(inner.data.get(place)) for place in _PLACES_OF_SETTING) != 1:
            inner.error("", f"name exactly one of {', '.join(_PLACES_OF_SETTING)}")
        inner.finish()
    signatures = []
    for inner in table.tables("signatures"):
        signatures.append(Signature(inner.texts("parameters"), inner.text("since"), inner.flag("more")))
        inner.finish()
    return SdkCall(
        **row.head(table),
        language=table.text("language", "python"),
        names=table.texts("names"),
        assigned=table.texts("assigned"),
        package=table.text("package"),
        signatures=tuple(signatures),
        settings=tuple(settings),
        mistaken=table.texts("mistaken"),
        parts=parts,
        only=only,
        sent_by=sent_by,
        absent=absent,
        absent_host=table.text("absent_host"),
        absent_for=absent_for,
        ignored_env=table.texts("ignored_env"),
        off=table.words("off"),
        replaced_by=table.words("replaced_by"),
        needs=table.texts("needs"),
        needs_package=table.flag("needs_package"),
        needs_env=table.texts("needs_env"),
        used_by=table.texts("used_by"),
        held_by=table.words("held_by"),
        proof=table.text("proof"),
        unproved=table.text("unproved"),
    )


def _section(table: Table) -> dict[str, str]:
    section = table.words("section")
    if bool(table.data.get("file")) != bool(section) or (section and set(section) != _PARTS_OF_SECTION):
        table.error("section", f"stands with `file`, and says {', '.join(sorted(_PARTS_OF_SECTION))}")
    return dict(section)


_PARTS_OF_SECTION = {"argument", "setup", "env", "absent", "prefix"}


def _escape(table: Table, row: Row) -> SdkEscape:
    goes_to = table.text("goes_to", required=True)
    row.check_columns(table, "goes_to", [goes_to])
    return SdkEscape(
        **row.head(table, Applicability.UNSAFE),
        names=table.texts("names"),
        goes_to=goes_to,
        parameters=table.texts("parameters"),
        endpoint=table.text("endpoint"),
        instead=table.words("instead"),
    )


BUILDERS: dict[str, Callable[[Table, Row], Rule]] = {"sdk": _sdk, "escape": _escape}
