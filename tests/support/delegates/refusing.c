/* A delegate that does not start, and says why: which option, or that there is no device. Like some that exist it
 * does not survive that what it never made is given back to it. */
#include <stdio.h>
#include <stdlib.h>

#include "plugin.h"

Delegate *tflite_plugin_create_delegate(char **keys, char **values, size_t count, Report report) {
  char said[200];
  if (count == 0) {
    report("no accelerator was found");
  } else {
    snprintf(said, sizeof said, "unknown option %s with the value %s, of %zu", keys[0], values[0], count);
    report(said);
  }
  return NULL;
}

void tflite_plugin_destroy_delegate(Delegate *delegate) {
  if (delegate == NULL) abort();
}
