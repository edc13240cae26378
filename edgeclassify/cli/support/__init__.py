"""What commands share: options, the service and its rights, standard output, keys."""
