/* A delegate whose SOFTMAX and RESHAPE are wrong: an accelerator with a broken memory, say. */
#include "taking.h"

enum { RESHAPE = 22, SOFTMAX = 25 };

static bool takes(const Registration *operator) {
  return operator->builtin_code == RESHAPE || operator->builtin_code == SOFTMAX;
}

static int run(Context *context, Node *node) {
  Tensor *to = &context->tensors[node->outputs->data[0]];
  for (size_t i = 0; i < to->bytes; i++) ((uint8_t *)to->data)[i] = i % 2 ? 0x42 : 0x13;
  return OK;
}
