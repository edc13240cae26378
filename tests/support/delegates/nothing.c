/* A delegate that takes no operator: a model that was not compiled for its accelerator. */
#include <stdlib.h>

#include "plugin.h"

static int take_nothing(Context *context, Delegate *delegate) { return OK; }

Delegate *tflite_plugin_create_delegate(char **keys, char **values, size_t count, Report report) {
  Delegate *made = calloc(1, sizeof(Delegate));
  made->prepare = take_nothing;
  return made;
}

void tflite_plugin_destroy_delegate(Delegate *delegate) { free(delegate); }
