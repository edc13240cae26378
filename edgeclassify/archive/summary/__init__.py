"""What a person wants to see of an archive: visits, counts, samples of each label, what nobody is sure of."""
