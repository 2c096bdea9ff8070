"""The exceptions of the project.

ResidencyLintError
├── ConfigError     the policy, a rule file or an option is wrong: exit 2
├── Unreadable      a reader cannot parse a source: it is read as text instead
└── WriteError      a rewrite did not happen: exit 2
"""


class ResidencyLintError(Exception):
    """What the tool raises on purpose; its text is one clear line (or one per error of a file)."""


class ConfigError(ResidencyLintError):
    """The policy, a rule file or an option is wrong; the text names file, key, and what would be right."""


class Unreadable(ResidencyLintError):
    """A reader cannot parse a source; the text says why."""


class WriteError(ResidencyLintError):
    """A rewrite did not happen and nothing was lost; the text names the file and the reason."""
