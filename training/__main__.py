"""`python -m training COMMAND`: see README.md beside this file."""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path

from training.config import Phase, Recipe

CROP, GOLDEN = 1.0, "Egyptian cat"
LICENSE = "Apache-2.0 for the file; the training data is for research, see CARD.md"
BUILTIN = Path(__file__).parent.parent / "edgeclassify" / "model" / "builtin"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training", description="How the built-in model is made.")
    commands = parser.add_subparsers(dest="command", required=True)
    pack = commands.add_parser("pack", help="the training pictures losslessly in a few files")
    pack.add_argument("--data", type=Path, required=True, help="folder of Tiny ImageNet")
    pack.add_argument("--out", type=Path, required=True)
    pack.add_argument("--parts", type=int, default=3)
    for name, text in (
        ("run", "teacher, student and quantization; resumes what was begun"),
        ("bench", "pictures a second of the student's training step"),
        ("all", "run, export, verify and plot"),
    ):
        _training_options(commands.add_parser(name, help=text))
    for name, text in (
        ("export", "write the .tflite file, its labels and its sidecar from a finished run"),
        ("verify", "top-1 of the .tflite file in every runtime that is installed, and its invoke time"),
        ("plot", "the accuracy plot of a run"),
    ):
        _result_options(commands.add_parser(name, help=text), run=name != "verify")
    return parser.parse_args()


def _training_options(parser: argparse.ArgumentParser) -> None:
    _result_options(parser)
    parser.add_argument("--teacher-labels", type=Path, required=True, help="imagenet_labels.txt (1001 lines)")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--compile", action="store_true", help="compile the training step (accelerators)")
    parser.add_argument("--taps", action="store_true", help="depthwise convolutions as fused shifted products")
    parser.add_argument("--teacher-epochs", type=int)
    parser.add_argument("--student-epochs", type=int)
    parser.add_argument("--quantized-epochs", type=int)
    parser.add_argument("--teacher-size", type=int)
    parser.add_argument("--every", type=int, default=1, help="use every nth picture, for a trial")


def _result_options(parser: argparse.ArgumentParser, run: bool = True) -> None:
    parser.add_argument("--data", type=Path, required=True, help="folder of Tiny ImageNet, or of packs")
    parser.add_argument("--folder", type=Path, required=run, help="checkpoints and log of the run")
    parser.add_argument("--teacher-model", type=Path, help="tf2_mobilenet_v2_1.0_224_ptq.tflite")
    # Never the package's own folder unless it is named: a trial must not replace the model that people use.
    default = "FOLDER/result" if run else "the built-in model's"
    parser.add_argument("--out", type=Path, help=f"folder of the .tflite file and the plot; default: {default}")
    parser.add_argument("--photos", type=Path, help="folder of photos with a truth.csv")


def _recipe(options: argparse.Namespace) -> Recipe:
    recipe = Recipe(every=options.every)

    def phase(name: str, epochs: int | None) -> Phase:
        known: Phase = getattr(recipe, name)
        return known if epochs is None else dataclasses.replace(known, epochs=epochs)

    return dataclasses.replace(
        recipe,
        teacher=phase("teacher", options.teacher_epochs),
        student=phase("student", options.student_epochs),
        quantized=phase("quantized", options.quantized_epochs),
        teacher_size=options.teacher_size or recipe.teacher_size,
    )


def _train(options: argparse.Namespace) -> None:
    import torch

    for path in (options.data, options.teacher_model, options.teacher_labels):
        if path is None or not path.exists():
            raise SystemExit(
                f"{path}: expected a file or folder, found nothing; training/README.md says what to fetch"
            )
    if options.device == "cuda" and not torch.cuda.is_available():
        raise SystemExit("--device cuda: this PyTorch finds no such accelerator; use --device cpu")
    from training.bench import bench
    from training.train import Place, run

    place = Place(
        options.data, options.teacher_model, options.teacher_labels, options.folder, options.device,
        options.compile, options.taps,
    )  # fmt: skip
    if options.command == "bench":
        print(json.dumps(bench(_recipe(options), place)), flush=True)
    else:
        run(_recipe(options), place)


def main() -> None:
    """Runs one command. Commands import what they need: training needs no runtime, verifying no PyTorch."""
    options = _arguments()
    if options.command not in ("pack", "run", "bench"):
        options.out = options.out or (options.folder / "result" if options.folder else BUILTIN)
    if options.command == "pack":
        from training.dataset import write_packs

        for path in write_packs(options.data, options.out, options.parts):
            print(path, path.stat().st_size)
    if options.command in ("run", "bench", "all"):
        _train(options)
    if options.command in ("export", "all"):
        from training.finish import finish

        finish(options.folder, options.data, options.out, CROP, GOLDEN, LICENSE)
    if options.command in ("verify", "all"):
        from training.verify import verify

        verify(options.out / "mobilenet_v2_64.tflite", options.data, options.teacher_model, options.photos)
    if options.command in ("plot", "all"):
        from training.plot import plot

        plot(options.folder / "log.jsonl", options.out / "builtin-training.png")


if __name__ == "__main__":
    main()
