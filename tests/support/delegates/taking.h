/* A delegate that takes the operators of one kind, each by itself, and runs them by `run`. */
#ifndef TAKING_H
#define TAKING_H

#include <stdlib.h>
#include <string.h>

#include "plugin.h"

static int run(Context *context, Node *node);
static bool takes(const Registration *operator);

static int prepare_node(Context *context, Node *node) { return OK; }

static int take(Context *context, Delegate *delegate) {
  IntArray *plan;
  if (context->execution_plan(context, &plan) != OK) return FAILED;
  IntArray *taken = malloc(sizeof(IntArray) + sizeof(int) * plan->size);
  taken->size = 0;
  for (int i = 0; i < plan->size; i++) {
    Node *node;
    Registration *operator;
    if (context->node_and_registration(context, plan->data[i], &node, &operator) != OK) return FAILED;
    if (takes(operator)) taken->data[taken->size++] = plan->data[i];
  }
  Registration mine = {.prepare = prepare_node, .invoke = run, .custom_name = "TestDelegate", .version = 1};
  int status = taken->size ? context->replace_nodes(context, mine, taken, delegate) : OK;
  free(taken);
  return status;
}

Delegate *tflite_plugin_create_delegate(char **keys, char **values, size_t count, Report report) {
  Delegate *made = calloc(1, sizeof(Delegate));
  made->prepare = take;
  made->flags = ALLOW_DYNAMIC_TENSORS; /* Else what it is to take must be prepared before, by the CPU's kernels. */
  return made;
}

void tflite_plugin_destroy_delegate(Delegate *delegate) { free(delegate); }

#endif
