"""What a fixed camera sees of a yard: drawn surfaces, the light of a day and a night, and a sensor.

Made apart from the changed copies of `edgeclassify.teaching.augmentation`: light falls on surfaces of known
reflectance, an exposure with a limit makes electrons of it, and these have their noise.
"""
