"""What is shipped and what the tests run on: which wheels, under which licences."""
