"""What many tests stand on: fakes of the stages, brokers, the test data, waiting."""
