"""Completions for fish: a function that says at which command the words typed are, and what may follow each."""

from collections.abc import Iterator

from edgeclassify.cli.reference.described import Option, Page, Value

_HEAD = """\
# Completions of edgeclassify for fish, made by `edgeclassify reference`.

# Is the command of the words typed so far "$argv[1]", and, of one with words before its commands, are they there?
function __edgeclassify_at
    set -l command ""
    set -l leading 0
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip = 1
            set skip 0
            continue
        end
        if string match -q -- '-*' $word
            contains -- (string trim -- "$command $word") $__edgeclassify_valued; and set skip 1
            continue
        end
        if test $leading -gt 0
            set leading (math $leading - 1)
            continue
        end
        set -l longer (string trim -- "$command $word")
        if contains -- $longer $__edgeclassify_commands
            set command $longer
            switch $command
LEADING
                case '*'
                    set leading 0
            end
        end
    end
    test "$command" = "$argv[1]" -a $leading = 0
end
"""


def fish_completions(pages: tuple[Page, ...]) -> str:
    """The script, which fish finds by the program's name."""
    lines = [_HEAD.replace("LEADING", "\n".join(_leading(pages))), *_tables(pages), "complete -c edgeclassify -f"]
    for page in pages:
        lines += _page(page, pages)
    return "\n".join([*lines, ""])


def _leading(pages: tuple[Page, ...]) -> Iterator[str]:
    for page in pages:
        if page.commands and page.arguments:
            yield f"                case {_quoted(_path(page))}"
            yield f"                    set leading {len(page.arguments)}"


def _tables(pages: tuple[Page, ...]) -> Iterator[str]:
    paths = " ".join(_quoted(_path(page)) for page in pages[1:])
    valued = " ".join(
        _quoted(f"{_path(page)} {name}".strip())
        for page in pages
        for option in page.options
        if option.value is not None
        for name in option.names
    )
    yield f"set -g __edgeclassify_commands {paths}"
    yield f"set -g __edgeclassify_valued {valued}\n"


def _page(page: Page, pages: tuple[Page, ...]) -> Iterator[str]:
    here = f"complete -c edgeclassify -n {_quoted(f'__edgeclassify_at {_quoted(_path(page))}')}"
    for below in pages:
        if below.words[:-1] == page.words:
            yield f"{here} -a {below.words[-1]} -d {_quoted(below.summary.rstrip('.'))}"
    if not page.commands and any(one.is_file for one in page.arguments):
        yield f"{here} -F"
    for choices in (one.choices for one in page.arguments if one.choices and not page.commands):
        yield f"{here} -a {_quoted(' '.join(choices))}"
    yield f"{here} -s h -l help -d 'Show its help'"
    for option in page.options:
        yield f"{here} {_names(option)}{_value(option.value)} -d {_quoted(option.short_help)}"


def _names(option: Option) -> str:
    return " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names)


def _value(value: Value | None) -> str:
    if value is None:
        return ""
    if value.choices:
        return f" -x -a {_quoted(' '.join(value.choices))}"
    return " -r -F" if value.is_file else " -x"


def _path(page: Page) -> str:
    return " ".join(page.words[1:])


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
