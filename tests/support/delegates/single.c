/* A delegate whose device one at a time can have. */
#include <stdlib.h>

#include "plugin.h"

static Delegate *open_one;

Delegate *tflite_plugin_create_delegate(char **keys, char **values, size_t count, Report report) {
  if (open_one) {
    report("its device is busy");
    return NULL;
  }
  return open_one = calloc(1, sizeof(Delegate));
}

void tflite_plugin_destroy_delegate(Delegate *delegate) {
  free(delegate);
  open_one = NULL;
}
