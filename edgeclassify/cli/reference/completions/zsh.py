"""Completions for zsh: a function for each command, in the words of its own _arguments."""

from collections.abc import Iterator

from edgeclassify.cli.reference.described import Option, Page, Value


def zsh_completions(pages: tuple[Page, ...]) -> str:
    """The script, for a folder of zsh's fpath."""
    lines = ["#compdef edgeclassify\n# Completions of edgeclassify for zsh, made by `edgeclassify reference`.\n"]
    for page in pages:
        lines += _group(page, pages) if page.commands else _leaf(page)
    return "\n".join([*lines, f'{_function(pages[0])} "$@"', ""])


def _leaf(page: Page) -> Iterator[str]:
    yield f"{_function(page)}() {{\n    _arguments -s -S \\"
    yield from _options(page)
    for argument in page.arguments[:-1]:
        yield f"        {_quoted(f':{_escaped(argument.shown)}:{_argument(argument)}')} \\"
    for argument in page.arguments[-1:]:
        yield f"        {_quoted(f'*:{_escaped(argument.shown)}:{_argument(argument)}')} \\"
    yield "        && return 0\n}\n"


def _group(page: Page, pages: tuple[Page, ...]) -> Iterator[str]:
    """A command with commands: their names come behind its own arguments, and then what each of them takes."""
    below = [one for one in pages if one.words[:-1] == page.words]
    yield f"{_function(page)}() {{"
    yield "    local state line curcontext=$curcontext\n    typeset -A opt_args"
    yield "    local -a commands\n    commands=("
    yield from (f"        {_quoted(f'{one.words[-1]}:{one.summary.rstrip(chr(46))}')}" for one in below)
    yield "    )\n    _arguments -C -S \\"
    yield from _options(page)
    for argument in page.arguments:
        yield f"        {_quoted(f':{_escaped(argument.shown)}:{_argument(argument)}')} \\"
    yield "        ': :->command' '*:: :->rest' && return 0"
    yield "    case $state in\n    command) _describe command commands ;;\n    rest)"
    for _ in page.arguments:
        yield "        shift words; ((CURRENT--))"
    yield "        case $words[1] in"
    yield from (f"        {one.words[-1]}) {_function(one)} ;;" for one in below)
    yield "        esac ;;\n    esac\n}\n"


def _options(page: Page) -> Iterator[str]:
    yield f"        '(-h --help)'{{-h,--help}}{_quoted('[Show its help]')} \\"
    yield from (f"        {_option(option)} \\" for option in page.options)


def _option(option: Option) -> str:
    text = f"[{_escaped(option.short_help)}]"
    names = option.names
    if option.value is not None:
        text += f":{_escaped(option.value.shown)}:{_action(option.value)}"
        names = tuple(f"{name}=" if name.startswith("--") else f"{name}+" for name in names)
    if len(names) == 1:
        return _quoted(f"{names[0]}{text}")
    return f"'({' '.join(option.names)})'{{{','.join(names)}}}{_quoted(text)}"


def _action(value: Value) -> str:
    if value.choices:
        return f"({' '.join(value.choices)})"
    return "_files" if value.is_file else " "


def _argument(value: Value) -> str:
    """As an option's value; where nothing can be offered, options still are."""
    action = _action(value)
    return f'_guard "^-*" "{_escaped(value.shown)}"' if action == " " else action


def _function(page: Page) -> str:
    return "_" + "_".join(word.replace("-", "_") for word in page.words)


def _escaped(text: str) -> str:
    """What would end a description is no end of it."""
    for sign in "\\[]:":
        text = text.replace(sign, "\\" + sign)
    return text


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
