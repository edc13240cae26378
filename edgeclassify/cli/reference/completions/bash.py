"""Completions for bash: a function that walks over the words typed so far, and tables of what may follow."""

from collections.abc import Iterator

from edgeclassify.cli.reference.described import Option, Page, Value

_WALK = """\
# Completions of edgeclassify for bash, made by `edgeclassify reference`.

_edgeclassify() {
    local word command="" valued="" options="" commands="" arguments="" leading=0 skip=0 i
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
    COMPREPLY=()
    # bash takes --option=value apart: --option, =, value.
    [[ $current == "=" ]] && current=""
    [[ $before == "=" ]] && before=${COMP_WORDS[COMP_CWORD-2]}
    _edgeclassify_at "$command"
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if ((skip)); then skip=0; continue; fi
        if [[ $word == -* ]]; then
            [[ " $valued " == *" $word "* && ${COMP_WORDS[i+1]} != "=" ]] && skip=1
            [[ ${COMP_WORDS[i+1]} == "=" ]] && ((i += 2))
            continue
        fi
        if ((leading)); then leading=$((leading - 1)); continue; fi
        if [[ " $commands " == *" $word "* ]]; then
            command="${command:+$command }$word"
            _edgeclassify_at "$command"
        fi
    done
    if [[ $before == -* && " $valued " == *" $before "* ]]; then
        _edgeclassify_value "$command $before"
    elif [[ $current == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$current"))
    elif ((leading == 0)) && [[ $commands ]]; then
        COMPREPLY=($(compgen -W "$commands" -- "$current"))
    else
        _edgeclassify_take "$arguments"
    fi
}

# Of what is given: "file", or the words themselves.
_edgeclassify_take() {
    if [[ $1 == file ]]; then
        compopt -o filenames 2> /dev/null
        local IFS=$'\\n'
        COMPREPLY=($(compgen -f -- "$current"))
    elif [[ $1 ]]; then
        COMPREPLY=($(compgen -W "$1" -- "$current"))
    fi
}
"""


def bash_completions(pages: tuple[Page, ...]) -> str:
    """The script, which bash-completion finds by the program's name."""
    return "\n".join([_WALK, *_at(pages), *_value(pages), "complete -F _edgeclassify edgeclassify", ""])


def _at(pages: tuple[Page, ...]) -> Iterator[str]:
    yield "# What may follow a command."
    yield "_edgeclassify_at() {\n    case $1 in"
    for page in pages:
        options = ["--help", *(name for one in page.options for name in one.names)]
        valued = [name for one in page.options if one.value is not None for name in one.names]
        yield f'    "{" ".join(page.words[1:])}")'
        yield f'        options="{" ".join(options)}" valued="{" ".join(valued)}"'
        yield f'        commands="{" ".join(page.commands)}" leading={len(page.arguments) if page.commands else 0}'
        yield f'        arguments="{_follows(page)}" ;;'
    yield "    esac\n}\n"


def _value(pages: tuple[Page, ...]) -> Iterator[str]:
    yield "# What may follow an option."
    yield "_edgeclassify_value() {\n    case $1 in"
    for page in pages:
        for option in page.options:
            if option.value is not None and _taken(option.value):
                yield f'    {_patterns(page, option)}) _edgeclassify_take "{_taken(option.value)}" ;;'
    yield "    esac\n}\n"


def _patterns(page: Page, option: Option) -> str:
    return " | ".join(f'"{" ".join([*page.words[1:], name])}"' for name in option.names)


def _follows(page: Page) -> str:
    """Of a command's arguments the most that is known: a file, if any may be one."""
    if page.commands:
        return ""
    return next((taken for taken in map(_taken, page.arguments) if taken), "")


def _taken(value: Value) -> str:
    return " ".join(value.choices) or ("file" if value.is_file else "")
