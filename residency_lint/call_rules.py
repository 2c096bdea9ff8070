"""Facts about the calls of programs, as the catalogue's rows say them: what starts an SDK, what sends a request."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from residency_lint.rules import Rule, Spelling


class SdkSetting(Struct, frozen=True, eq=False):
    """One place where a call's region is set; exactly one of the `where` fields is given.

    `covers`: the parts of the SDK this setting moves (settings that count only together cover one part each);
    empty means all. `beats`: it wins over the other settings. `before`: calls after which an attribute (of a
    module: in the same function) is too late.
    """

    spelling: Spelling
    argument: str = ""
    attribute: str = ""
    """Set on the object that the call makes: `host`, `configuration.host`."""
    item: str = ""
    """A mapping's item on that object: `server_variables[site]`."""
    entry: str = ""
    """The item of a mapping that is an argument: `server_variables[site]`."""
    module: str = ""
    """A module's attribute, by its qualified name."""
    setter: str = ""
    """A method called on that object, with the value as its first argument; `set[name]`: behind that name."""
    env: str = ""
    """A variable's name; `{service}` in it stands for what the call names first, in capitals."""
    services: Mapping[str, str] = field(default_factory=dict)
    """What the call names first → how a variable's name spells it, where that is not the same in capitals."""
    file: str = ""
    """A variable that names a file with sections, of which the SDK reads `key` in one."""
    key: str = ""
    section: Mapping[str, str] = field(default_factory=dict)
    """How the section is called: by the `argument` of what made the object, or of the function `setup` that is called
    for all; by the variables `env`, separated by blanks; else `absent`. Its heading may begin with `prefix`."""
    empty: str = ""
    """`absent`: the SDK takes an empty text for none. Without it, an empty text reaches nobody or is refused."""
    receiver: str = ""
    """What the object is called whose method the call is: it was told the setting when it was made."""
    covers: tuple[str, ...] = ()
    beats: bool = False
    before: tuple[str, ...] = ()
    unset: tuple[str, ...] = ()
    """Values that give way to every other setting: the SDK takes its own default for none."""
    given: Mapping[str, str] = field(default_factory=dict)
    """argument or attribute → the values of it, joined by `|`, with which the setting counts; `-` is that it is
    not given."""
    at_import: bool = False
    """The variable is read when the package is imported; else when the call is made."""
    since: str = ""
    until: str = ""
    build: str = ""
    """How the value is written where it is missing: `{mixpanel.Consumer}(api_host={value})`; a qualified name in
    braces is written as the file's imports spell it."""


class Signature(Struct, frozen=True):
    """Parameter names in order, from a version on."""

    parameters: tuple[str, ...]
    since: str = ""
    more: bool = False
    """It takes further arguments by name that are not listed."""


class SdkCall(Rule, frozen=True):
    """A call that starts an SDK, and where its region is set."""

    language: str = "python"
    names: tuple[str, ...] = ()
    """Qualified names, however imported."""
    assigned: tuple[str, ...] = ()
    """Module attributes whose assignment starts an SDK that has no constructor: `segment.analytics.write_key`."""
    package: str = ""
    signatures: tuple[Signature, ...] = ()
    """Newest first."""
    settings: tuple[SdkSetting, ...] = ()
    mistaken: tuple[str, ...] = ()
    """Names that people take for one of the settings, and that are none."""
    parts: tuple[str, ...] = ()
    """What the SDK talks to separately, when one setting does not move all of it."""
    only: Mapping[str, str] = field(default_factory=dict)
    """part → the argument without which the SDK does not talk to it: a stream that is switched on."""
    sent_by: Mapping[str, str] = field(default_factory=dict)
    """part → the names of the methods, separated by blanks, that talk to it: where only those of others are called, it
    is not used."""
    absent: str = ""
    """The column of a part that no setting moves."""
    absent_host: str = ""
    absent_for: Mapping[str, str] = field(default_factory=dict)
    """The first argument (a service) → the column where no setting moves it, unless the environment does."""
    ignored_env: tuple[str, ...] = ()
    """Variables that are taken for a setting of the SDK and are none: who sets one believes the region is set."""
    off: Mapping[str, str] = field(default_factory=dict)
    """argument, or a module's attribute by its qualified name → value that switches the client off."""
    replaced_by: Mapping[str, str] = field(default_factory=dict)
    """argument → the SDK's classes, joined by `|`, that send nothing by themselves: what the project derives from them,
    or makes without the SDK, is what sends."""
    needs: tuple[str, ...] = ()
    """Arguments of which one must be given for the call to reach the vendor: without an API key, `datadog.initialize`
    only tells where the local agent is."""
    needs_package: bool = False
    """Its names are also those of others' modules: where nothing requires the package, one of `needs` must be given by
    name."""
    needs_env: tuple[str, ...] = ()
    """Variables that stand in for one of them, where the call says nothing else."""
    used_by: tuple[str, ...] = ()
    """Qualified names, or their beginnings, of calls that show that the vendor is talked to."""
    held_by: Mapping[str, str] = field(default_factory=dict)
    """Qualified name of a class that takes the object → the attribute it keeps it in."""
    proof: str = ""
    """How the behaviour was established: observed, confirmed in source, documented."""
    unproved: str = ""
    """Why no program of the test suite runs it and looks at the host that is reached."""


class SdkEscape(Rule, frozen=True):
    """A method or function that goes to one region whatever is configured."""

    names: tuple[str, ...] = ()
    """Qualified names of functions, or `Class.method` of objects that an SDK row makes."""
    goes_to: str = ""
    parameters: tuple[str, ...] = ()
    endpoint: str = ""
    instead: Mapping[str, str] = field(default_factory=dict)
    """Name → what does the same and follows the configuration: an expression, after the statements that it needs, each
    on a line. In braces: a parameter, `object`, `host` (of `endpoint`), a qualified name."""


class HttpClient(Struct, frozen=True):
    """A class whose objects send HTTP requests. `methods`: name → position of the address among the arguments.

    `base`: the constructor's argument (at `position`, -1: by keyword only) that addresses are put below. `transport`:
    qualified names; with one of them as the argument of that name nothing leaves the process.
    """

    methods: Mapping[str, int]
    base: str = ""
    position: int = -1
    transport: tuple[str, ...] = ()


class HttpCalls(Struct, frozen=True):
    """What sends HTTP requests, by qualified name: functions with the position of their address, and clients."""

    functions: Mapping[str, int] = field(default_factory=dict)
    clients: Mapping[str, HttpClient] = field(default_factory=dict)

    @property
    def words(self) -> frozenset[str]:
        """The last names of the functions and methods."""
        methods = {name for client in self.clients.values() for name in client.methods}
        return frozenset(name.rpartition(".")[2] for name in self.functions) | methods
