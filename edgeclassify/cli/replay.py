"""`edgeclassify replay`: a recording decided on again, by other rules where they are given."""

from pathlib import Path

import click

from edgeclassify.cli.support.config_option import CONFIG_PATH


@click.command(short_help="Decide on a recording again, by other rules too.")
@click.argument("recording", type=CONFIG_PATH)
@click.option("--config", "-c", "path", type=CONFIG_PATH, help="Rules of this config; default: as recorded.")
@click.option("--view", metavar="NAME", help="This view alone; of a .npz: this stream.")
@click.option("--truth", type=CONFIG_PATH, metavar="CSV", help="What was to be seen: columns t, view, label.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per event, and a last one: summary.")
def replay(recording: Path, path: Path | None, view: str | None, truth: Path | None, as_json: bool) -> None:
    """Decide again on what was recorded, and report the events that come of it.

    RECORDING is a file of `edgeclassify record`, or a .npz with score streams: tK (seconds), sK (scores) and,
    where it is known, yK (class index of what was to be seen) for each stream K. By the recorded rules the very
    same events come as live.

    \b
    Example:  edgeclassify replay gate.jsonl.gz
              edgeclassify replay gate.jsonl.gz --config new.toml --truth truth.csv
              edgeclassify replay streams.npz --json
    """
    from edgeclassify.cli.reports import replay as report
    from edgeclassify.cli.support.recorded.recordings import open_recorded, rules_by_config
    from edgeclassify.cli.support.recorded.replays import judged_views, progress_of, truth_of
    from edgeclassify.recording.replay.tally import Tally
    from edgeclassify.sentences import sentence_of

    recorded = open_recorded(recording, view)
    new_rules = rules_by_config(path, recorded, view)
    known = truth_of(truth, recorded, new_rules)
    said: list[str] = []
    tally = Tally(recorded.seconds_of())
    streams = bool(recorded.streams)
    with progress_of(as_json) as advance:
        for one in recorded.replay(new_rules, said.append):
            for event in tally.count(one):
                if as_json:
                    report.print_record(report.event_record(event, streams))
                else:
                    report.print_event(event, sentence_of(event.event))
            advance()
    judged = judged_views(recorded, tally, known)
    as_live = None if path is not None or streams else not any(one.unlike_live for one in tally.views.values())
    if as_json:
        report.print_record(report.summary_record(tally.views, judged, streams, as_live))
    else:
        report.print_summary(tally.views, judged, streams, as_live)
    for line in said:
        click.echo(f"edgeclassify: {line}", err=True)
