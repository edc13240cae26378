/* A shared library that is no delegate. */
int answer(void) { return 42; }
