"""How the built-in model was made: data, recipe, quantization and export. Not installed with the package."""
