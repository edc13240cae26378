/* A delegate that takes an operator and then can't run it: an accelerator that was pulled out. */
#include "taking.h"

static bool takes(const Registration *operator) { return operator->builtin_code == 22; }

static int run(Context *context, Node *node) {
  context->report_error(context, "the accelerator does not answer");
  return FAILED;
}
