"""The units and what lies beside them, as templates: `edgeclassify.service.files` fills them in."""
