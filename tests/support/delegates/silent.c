/* A delegate that does not start and does not say why. */
#include <stddef.h>

#include "plugin.h"

Delegate *tflite_plugin_create_delegate(char **keys, char **values, size_t count, Report report) { return NULL; }

void tflite_plugin_destroy_delegate(Delegate *delegate) {}
