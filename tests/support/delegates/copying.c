/* A delegate that is right: what RESHAPE, and the custom operator of an accelerator, do is to copy. */
#include "taking.h"

enum { RESHAPE = 22 };

static bool takes(const Registration *operator) {
  return operator->builtin_code == RESHAPE ||
         (operator->custom_name && strcmp(operator->custom_name, "edgetpu-custom-op") == 0);
}

static int run(Context *context, Node *node) {
  const Tensor *from = &context->tensors[node->inputs->data[0]];
  Tensor *to = &context->tensors[node->outputs->data[0]];
  memcpy(to->data, from->data, to->bytes);
  return OK;
}
