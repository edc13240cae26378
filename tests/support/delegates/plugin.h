/* What a runtime and a delegate in a shared library know of each other: the parts of TensorFlow Lite's C interface
 * that these delegates use, written down for them alone. The order of the fields is the interface. */
#ifndef PLUGIN_H
#define PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OK = 0, FAILED = 1 };
enum { ALLOW_DYNAMIC_TENSORS = 1 };

typedef struct {
  int size;
  int data[];
} IntArray;

typedef struct {
  int type;
  void *data;
  IntArray *dims;
  float scale;
  int32_t zero_point;
  int allocation_type;
  size_t bytes;
  const void *allocation;
  const char *name;
  void *delegate;
  int buffer_handle;
  bool data_is_stale, is_variable;
  struct {
    int type;
    void *params;
  } quantization;
  void *sparsity;
  const IntArray *dims_signature;
} Tensor;

typedef struct {
  IntArray *inputs, *outputs, *intermediates, *temporaries;
  void *user_data, *builtin_data;
} Node; /* its beginning */

typedef struct Context Context;
typedef struct Delegate Delegate;

typedef struct {
  void *(*init)(Context *, const char *, size_t);
  void (*free)(Context *, void *);
  int (*prepare)(Context *, Node *);
  int (*invoke)(Context *, Node *);
  const char *(*profiling_string)(const Context *, const Node *);
  int32_t builtin_code;
  const char *custom_name;
  int version;
  void *later[8];
} Registration;

struct Context {
  size_t tensors_size;
  int (*execution_plan)(Context *, IntArray **);
  Tensor *tensors;
  void *impl;
  int (*resize_tensor)(Context *, Tensor *, IntArray *);
  void (*report_error)(Context *, const char *, ...);
  int (*add_tensors)(Context *, int, int *);
  int (*node_and_registration)(Context *, int, Node **, Registration **);
  int (*replace_nodes)(Context *, Registration, const IntArray *, Delegate *);
}; /* its beginning */

struct Delegate {
  void *data;
  int (*prepare)(Context *, Delegate *);
  void *(*unused[3])(void);
  int64_t flags;
  void *builder;
  void *later[4];
};

typedef void (*Report)(const char *);

Delegate *tflite_plugin_create_delegate(char **keys, char **values, size_t count, Report report);
void tflite_plugin_destroy_delegate(Delegate *delegate);

#endif
