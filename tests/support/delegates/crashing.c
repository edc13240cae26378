/* A delegate that crashes where it should start. */
#include <stdlib.h>

#include "plugin.h"

Delegate *tflite_plugin_create_delegate(char **keys, char **values, size_t count, Report report) { abort(); }

void tflite_plugin_destroy_delegate(Delegate *delegate) {}
